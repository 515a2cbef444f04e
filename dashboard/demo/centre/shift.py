"""A shift of the contact centre: which call begins when, and what is due on the streams by now."""

import heapq
import json
import random
from collections.abc import Callable, Iterator
from itertools import count
from typing import NamedTuple

from dashboard.demo.centre.dialogue import load_dialogues
from dashboard.demo.centre.endings import HEARD, QUIET, Ending
from dashboard.demo.centre.floor import Agent, agents, pick_cast
from dashboard.demo.centre.story import CONTACT_RECORDS, Delivery, Story, tell
from dashboard.demo.centre.trouble import agent_event, disturb, garble

# A floor of twelve calls sees a quiet ending about every seven seconds, and a bigger one more often.
_QUIET_GAP_S = 84
_GARBLED_EVERY_S, _STRAY_EVERY_S = 120, 150


class Put(NamedTuple):
    stream: str
    key: str
    data: bytes


class Shift:
    """Every story is told so that its first word, or its first record, falls on the moment when it is due.

    What lies before that has left no trace on any stream, so the shift is in full swing from its first second.
    """

    def __init__(self, calls: int, rate: float, settle_s: float, seed: int, now: float) -> None:
        self.calls, self.rate, self.settle_s = calls, rate, settle_s
        self._rng = random.Random(seed)
        self._dialogues = load_dialogues()
        self._staff = agents(int(calls * 1.6) + 6)
        self._busy_until: dict[Agent, float] = {}
        self._order = count()
        self._plan: list[tuple[float, int, Put | Callable[[float], None]]] = []
        for _ in range(calls):
            self._at(now + self._rng.uniform(0.2, 15), self._hear)
        self._at(now + 1, self._begin_quiet)
        self._at(now + self._rng.uniform(20, 60), self._garble)
        self._at(now + self._rng.uniform(20, 90), self._stray)

    def due(self, now: float) -> Iterator[Put]:
        while self._plan and self._plan[0][0] <= now:
            at, _, what = heapq.heappop(self._plan)
            if isinstance(what, Put):
                yield what
            else:
                what(at)

    def _at(self, at: float, what: Put | Callable[[float], None]) -> None:
        heapq.heappush(self._plan, (at, next(self._order), what))

    def _send(self, delivery: Delivery) -> None:
        data = json.dumps(delivery.record, ensure_ascii=False, separators=(",", ":")).encode()
        self._at(delivery.at, Put(delivery.stream, delivery.contact_id, data))

    def _hear(self, at: float) -> None:
        story = self._tell(self._pick(HEARD), at)
        self._at((story.silent_at or at) + self._rng.expovariate(0.25) / self.rate, self._hear)

    def _begin_quiet(self, at: float) -> None:
        """The first to be seen is somebody who gave up waiting."""
        self._tell(QUIET[0], at)
        self._at(at + 1, self._end_quietly)

    def _end_quietly(self, at: float) -> None:
        self._tell(self._pick(QUIET), at)
        self._at(at + self._rng.uniform(0.5, 1.5) * _QUIET_GAP_S / (self.calls * self.rate), self._end_quietly)

    def _garble(self, at: float) -> None:
        """An extra copy breaks off; the record itself comes whole as well."""
        record = self._tell(self._pick(QUIET), at).deliveries[-1]
        whole = json.dumps(record.record, separators=(",", ":")).encode()
        self._at(at, Put(record.stream, record.contact_id, garble(whole, self._rng)))
        self._at(at + _GARBLED_EVERY_S * self._rng.uniform(0.7, 1.3), self._garble)

    def _stray(self, at: float) -> None:
        agent = self._rng.choice(self._staff)
        self._send(Delivery(at, CONTACT_RECORDS, agent.id, agent_event(agent, at, self._rng)))
        self._at(at + _STRAY_EVERY_S * self._rng.uniform(0.7, 1.3), self._stray)

    def _pick(self, endings: tuple[Ending, ...]) -> Ending:
        return self._rng.choices(endings, [each.weight for each in endings])[0]

    def _tell(self, ending: Ending, at: float) -> Story:
        free = [each for each in self._staff if self._busy_until.get(each, 0) < at] or self._staff
        is_dropped = ending.is_drop
        cast = pick_cast(self._rng, free, self._dialogues, channel=ending.channel, is_dropped=is_dropped)
        seed = self._rng.getrandbits(64)
        rehearsal = tell(ending, cast, 0, seed, self.settle_s)
        began_at = int(at - (rehearsal.heard_at or rehearsal.first_at)) + 1
        story = tell(ending, cast, began_at, seed, self.settle_s)
        for call in story.calls:
            if call.agent_left_at is not None:
                until = max(call.agent_left_at + call.after_work_s, self._busy_until.get(call.agent, 0))
                self._busy_until[call.agent] = until
        for delivery in disturb(story.deliveries, self._rng):
            self._send(delivery)
        return story
