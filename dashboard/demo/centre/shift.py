"""A shift of the contact centre: which call begins when, and what is due on the streams by now."""

import json
import random
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import NamedTuple

from dashboard.demo.centre.call import Call
from dashboard.demo.centre.dialogue import load_dialogues
from dashboard.demo.centre.endings import HEARD, QUIET, Ending
from dashboard.demo.centre.floor import Cast, agents, pick_cast
from dashboard.demo.centre.plan import Act, Plan, Put
from dashboard.demo.centre.staff import Staff
from dashboard.demo.centre.story import Delivery, Rehearsal, Story, rehearse, tell
from dashboard.demo.centre.streams import CONTACT_RECORDS
from dashboard.demo.centre.trouble import disturb, garble

# A floor of twelve calls sees a quiet ending about every seven seconds, and a bigger one more often.
_QUIET_GAP_S = 84
_GARBLED_EVERY_S, _STRAY_EVERY_S = 120, 150
LONGEST_S = 450  # from a caller's first ring to the first word, or to the end of work after the call
_TRIES, _BUSY_S = 20, 5


class Part(NamedTuple):
    """A story that is planned, and not told before it begins: all that is said in a story needs much room."""

    ending: Ending
    cast: Cast
    began_at: int
    seed: int
    rehearsal: Rehearsal

    def tell(self, settle_s: float) -> Story:
        return tell(self.ending, self.cast, self.began_at, self.seed, settle_s)


class Shift:
    """Every story is told so that its first word, or its first record, falls on the moment when it is due.

    What lies before that is planned with it: so the shift is in full swing from its first second, and what had happened
    by then is on the streams already.
    """

    def __init__(
        self,
        calls: int,
        rate: float,
        settle_s: float,
        seed: int,
        now: float,
        streams: Collection[str],
        introduce: Callable[[Call], None],
    ) -> None:
        """`introduce` is called with each contact when it begins."""
        self.calls, self.rate, self.settle_s, self._introduce = calls, rate, settle_s, introduce
        self._rng = random.Random(seed)
        self._dialogues = load_dialogues()
        ahead_s = LONGEST_S + settle_s * 1.1
        self._plan = Plan(ahead_s, streams)
        self.due: Callable[[float], Iterator[Put]] = self._plan.due
        self._staff = Staff(self._plan, agents(int(calls * 1.5) + 4), self._rng, int(now - ahead_s) - 60, rate)
        for _ in range(calls):
            self._plan.ahead_of(now + self._rng.uniform(0.2, 15), self._hear)
        self._plan.ahead_of(now + 1, self._begin_quiet)
        self._plan.ahead_of(now + self._rng.uniform(20, 60), self._garble)
        self._plan.at(now + self._rng.uniform(20, 90), self._stray)
        self._plan.ahead_of(now - self._rng.uniform(0, 60), self._staff.rest)

    def _hear(self, at: float) -> None:
        if part := self._begin(HEARD, at):
            self._plan.ahead_of(part.rehearsal.silent_at + self._rng.expovariate(0.25) / self.rate, self._hear)
        else:
            self._plan.ahead_of(at + _BUSY_S, self._hear)

    def _begin_quiet(self, at: float) -> None:
        """The first to be seen is somebody who gave up waiting."""
        self._begin(QUIET[:1], at)
        self._plan.ahead_of(at + 1, self._end_quietly)

    def _end_quietly(self, at: float) -> None:
        self._begin(QUIET, at)
        gap_s = self._rng.uniform(0.5, 1.5) * _QUIET_GAP_S / (self.calls * self.rate)
        self._plan.ahead_of(at + gap_s, self._end_quietly)

    def _garble(self, at: float) -> None:
        """An extra copy breaks off; the record itself comes whole as well."""
        if part := self._begin(QUIET, at):
            record = part.tell(self.settle_s).deliveries[-1]
            whole = json.dumps(record.record, separators=(",", ":")).encode()
            self._plan.at(record.at, Put(record.stream, record.key, garble(whole, self._rng)))
        self._plan.ahead_of(at + _GARBLED_EVERY_S * self._rng.uniform(0.7, 1.3), self._garble)

    def _stray(self, at: float) -> None:
        """A heart beat that somebody has pointed at the wrong stream: a known kind that nobody reads there."""
        event = self._staff.heart_beat(at)
        self._plan.send(Delivery(at, CONTACT_RECORDS, event["AgentARN"], event))
        self._plan.at(at + _STRAY_EVERY_S * self._rng.uniform(0.7, 1.3), self._stray)

    def _begin(self, endings: Sequence[Ending], at: float) -> Part | None:
        """One of them, as likely as its weight; none when everybody is too busy. It is told when it begins."""
        part = self._cast(endings, at)
        if part is not None:
            self._staff.take(part.rehearsal.steps)
            self._plan.at(part.began_at, lambda _: self._tell(part))
        return part

    def _tell(self, part: Part) -> None:
        story = part.tell(self.settle_s)
        for call in story.calls:
            self._plan.at(call.began_at, self._introduction_of(call))
        for delivery in disturb(story.deliveries, self._rng):
            self._plan.send(delivery)

    def _introduction_of(self, call: Call) -> Act:
        return lambda _: self._introduce(call)

    def _cast(self, endings: Sequence[Ending], at: float) -> Part | None:
        free = self._staff.free(at)
        for _ in range(_TRIES):
            ending = self._rng.choices(endings, [each.weight for each in endings])[0]
            cast = pick_cast(self._rng, free, self._dialogues, channel=ending.channel, is_dropped=ending.is_drop)
            seed = self._rng.getrandbits(64)
            rehearsal = rehearse(ending, cast, 0, seed, self.settle_s)
            began_at = int(at - rehearsal.known_at) + 1
            if self._staff.can_take(step._replace(at=step.at + began_at) for step in rehearsal.steps):
                return Part(ending, cast, began_at, seed, rehearse(ending, cast, began_at, seed, self.settle_s))
        return None
