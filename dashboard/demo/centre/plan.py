"""What is to happen when: records to be sent, and people who act."""

import heapq
import json
from collections.abc import Callable, Collection, Iterator
from itertools import count
from typing import NamedTuple

from dashboard.demo.centre.story import Delivery

Act = Callable[[float], None]


class Put(NamedTuple):
    stream: str
    key: str
    data: bytes


class Plan:
    """`streams` are those that there are: what belongs on another is not sent."""

    def __init__(self, ahead_s: float, streams: Collection[str]) -> None:
        self._ahead_s, self._streams = ahead_s, streams
        self._order = count()
        self._due: list[tuple[float, int, Put | Act]] = []

    def at(self, moment: float, what: Put | Act) -> None:
        heapq.heappush(self._due, (moment, next(self._order), what))

    def ahead_of(self, moment: float, act: Act) -> None:
        """Called with `moment`, but so long before it that whatever comes of it can be planned in its order."""
        self.at(moment - self._ahead_s, lambda _: act(moment))

    def send(self, delivery: Delivery) -> None:
        if delivery.stream in self._streams:
            data = json.dumps(delivery.record, ensure_ascii=False, separators=(",", ":")).encode()
            self.at(delivery.at, Put(delivery.stream, delivery.key, data))

    def due(self, now: float) -> Iterator[Put]:
        """Whoever acts is called with the moment that was planned, which may be past."""
        while self._due and self._due[0][0] <= now:
            moment, _, what = heapq.heappop(self._due)
            if isinstance(what, Put):
                yield what
            else:
                what(moment)
