"""What a browser says on its socket, and the codes with which the socket is closed."""

from __future__ import annotations

from sys import intern
from typing import Annotated, Any

import msgspec

NOT_UNDERSTOOD, NOBODY, NOT_FOR_YOU, NOT_FOUND, TOO_SLOW = 4400, 4401, 4403, 4404, 4408
TOO_BIG, REVOKED, FROM_THE_FUTURE, FOREIGN, TOO_MANY = 4409, 4410, 4412, 4421, 4429
SILENT, NOT_NOW = 4405, 4503

MOST_WATCHES = 12
MOST_PANES = 4
MOST_SHOWN = 10_000
LONGEST_ID = 200  # characters
LONGEST_CURSOR = 20  # digits

Whole = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]


class RefusedError(Exception):
    def __init__(self, code: int) -> None:
        super().__init__(f"closed with {code}")
        self.code = code


class Hello(msgspec.Struct):
    """A browser's first message, and that alone: to watch something else, a page comes anew.

    `shown` are the ids of the elements in its lists, to be told which went meanwhile; `numbers` say of each call that
    is watched up to which number its turns are shown (absent: nothing old is told).
    """

    watch: Annotated[list[str], msgspec.Meta(min_length=1, max_length=MOST_WATCHES)]
    cursor: Annotated[str, msgspec.Meta(max_length=LONGEST_CURSOR)] = ""
    epoch: str = ""
    shown: Annotated[
        list[Annotated[str, msgspec.Meta(max_length=LONGEST_ID)]], msgspec.Meta(max_length=MOST_SHOWN)
    ] = []
    numbers: dict[Whole, Whole] = {}

    def __post_init__(self) -> None:
        self.shown = [*map(intern, self.shown)]  # a thousand walls show the same rows


class Panes(msgspec.Struct):
    """Turn to these calls, and from the others that were watched: up to which number each is shown, None as above."""

    calls: Annotated[dict[Whole, Whole | None], msgspec.Meta(max_length=MOST_PANES)]


class Ack(msgspec.Struct):
    """All up to and with this beat has been shown."""

    ack: Whole


KINDS: dict[str, type[Hello | Panes | Ack]] = {"ack": Ack, "calls": Panes, "watch": Hello}


def heard(text: str | None) -> Hello | Panes | Ack:
    """A browser's message; RefusedError if it is none."""
    try:
        fields = msgspec.json.decode(text or "", type=dict[str, Any])
        kind = next(kind for name, kind in KINDS.items() if name in fields)
        return msgspec.convert(fields, kind, str_keys=True)
    except (msgspec.MsgspecError, UnicodeError, RecursionError, StopIteration):
        raise RefusedError(NOT_UNDERSTOOD) from None
