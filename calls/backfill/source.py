"""What a backfill reads: records with their places, so that reading may go on behind any of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

Position = dict[str, Any]


class SourceError(Exception):
    """The source cannot be read, in words for people. What was read of it stays, and one may go on."""


@dataclass(frozen=True)
class Found:
    """A record, when it had arrived as far as the source can tell, and the place behind it.

    `done` says how much of the source lies behind that place, in the unit of its `total`.
    """

    data: bytes
    arrived_at: datetime
    position: Position
    done: int


@dataclass(frozen=True)
class Remark:
    """What a person should know of a part of the source, such as that it was passed over."""

    words: str


class Source(Protocol):
    def total(self, beat: Callable[[], None]) -> int:
        """How much there is: bytes of files as they lie there, milliseconds of shards."""

    def records(self, after: Position, beat: Callable[[], None]) -> Iterator[Found | Remark]:
        """From behind this place on, or from the beginning if it is empty; raises SourceError.

        `beat` is called every now and then, also while nothing is found.
        """
