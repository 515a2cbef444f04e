"""What the objects of contact events and of agent events have in common."""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from calls.connect.parts import Part

Code = Annotated[str, Meta(max_length=64)]
# As long as their columns, like Arn and Name; of these something must be there.
Id = Annotated[str, Meta(min_length=1, max_length=256)]
OwnArn = Annotated[str, Meta(min_length=1, max_length=512)]


class EventPart(Part, frozen=True):
    """An object of an event that tells times: 1970-01-01T00:00:00.001Z says there that a time is not set."""

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in self.__struct_fields__:
            value = getattr(self, name)
            # The event's own time is always set, and must be there.
            if isinstance(value, datetime) and value.year == 1970 and name != "at":
                msgspec.structs.force_setattr(self, name, None)
