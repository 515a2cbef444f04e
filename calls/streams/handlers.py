"""Who takes the records of each kind: found by dotted path in the settings, so that this floor need not know them."""

import re
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any, Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from calls.connect.kinds import Kind, Unusable, is_plain, kind_of, parse_many
from calls.models import Instance

from .arrival import Arrival

PLACE = re.compile(r"\[\d+\]")


class Handler(Protocol):
    kind: str

    def decode_plain(self, data: bytes, instance: Instance) -> Any | None:
        """What `decode` makes of an ordinary record, in one quick step; None: the long way tells what it is.

        Only what is well-formed, of this kind and as the long way would take it. Of data that is_plain.
        """

    def decode(self, record: dict[str, object], instance: Instance) -> Any:
        """The record as a value; raises Unusable."""

    def write(self, instance: Instance, arrivals: Sequence[Arrival[Any]]) -> dict[int, int]:
        """Bring a batch in, in the caller's transaction and a fixed number of statements.

        The keys of the calls that changed, with their new numbers.
        """


@cache
def handlers() -> dict[str, Handler]:
    return {handler.kind: handler for handler in map(import_string, settings.STREAM_HANDLERS)}


class Decoded:
    """What a batch of records holds, by what becomes of it. One record of Kinesis may hold several objects."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self.arrivals: dict[str, list[Arrival[Any]]] = {}
        self.unusable: list[tuple[bytes, str]] = []
        self.unread: dict[str, int] = {}

    def add(self, data: bytes, arrived_at: datetime) -> None:
        """A record with one bad object is unusable as a whole, so that its replay brings all of it."""
        if plain := self._decode_plain(data):
            kind, value = plain
            self.arrivals.setdefault(kind, []).append(Arrival(value, data, arrived_at))
            return
        try:
            values = [self._decode(record) for record in parse_many(data)]
        except Unusable as error:
            # One reason wherever in a list it is: reasons are counted, and asked for.
            self.unusable.append((data, PLACE.sub("[...]", str(error))))
            return
        for kind, value in values:
            if value is None:
                self.unread[kind] = self.unread.get(kind, 0) + 1
            else:
                self.arrivals.setdefault(kind, []).append(Arrival(value, data, arrived_at))

    def refuse(self, data: bytes, reason: str) -> None:
        """Once for each record, however many of its objects the database refuses."""
        if not any(data is held for held, _ in self.unusable):
            self.unusable.append((data, reason))

    def _decode_plain(self, data: bytes) -> tuple[str, Any] | None:
        if is_plain(data):
            for kind, handler in handlers().items():
                value = handler.decode_plain(data, self.instance)
                if value is not None:
                    return kind, value
        return None

    def _decode(self, record: dict[str, object]) -> tuple[Kind, Any]:
        kind = kind_of(record)
        if kind is None:
            raise Unusable("no known kind of record")
        handler = handlers().get(kind)
        return kind, handler.decode(record, self.instance) if handler else None
