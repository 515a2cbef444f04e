"""What happens in one call from its first ring to its last record: pure, the same for the same seed."""

import random
from collections.abc import Iterator
from typing import NamedTuple

from dashboard.demo.centre import chat, contact_events, voice
from dashboard.demo.centre.at_agents import Step, steps
from dashboard.demo.centre.call import Call, Record, contact_record
from dashboard.demo.centre.course import play
from dashboard.demo.centre.endings import Ending
from dashboard.demo.centre.floor import Cast
from dashboard.demo.centre.streams import CONTACT_EVENTS, CONTACT_LENS, CONTACT_RECORDS

_LAST_WORDS_S = 2.5


class Delivery(NamedTuple):
    """A record on its way: `at` is the moment it stands on the stream, in seconds since the epoch."""

    at: float
    stream: str
    key: str  # of its partition
    record: Record


class Story(NamedTuple):
    """`steps` are what its agents have to do with it."""

    calls: list[Call]
    deliveries: list[Delivery]
    steps: list[Step]

    @property
    def heard_at(self) -> float | None:
        """When Contact Lens first speaks of it; None when it never does."""
        return min(self._moments(CONTACT_LENS), default=None)

    @property
    def recorded_at(self) -> float:
        """When the first of its contact records comes."""
        return min(self._moments(CONTACT_RECORDS))

    def _moments(self, stream: str) -> list[float]:
        return [each.at for each in self.deliveries if each.stream == stream]


class Rehearsal(NamedTuple):
    """When the story is first known of: by Contact Lens or, when that never speaks of it, by its first record."""

    known_at: float
    silent_at: float  # about when it is last known of
    steps: list[Step]


def rehearse(ending: Ending, cast: Cast, began_at: int, seed: int, settle_s: float) -> Rehearsal:
    """Of what is heard far less work, and room, than to tell it: the calls alone say when."""
    if not ending.is_heard:
        story = tell(ending, cast, began_at, seed, settle_s)
        return Rehearsal(story.recorded_at, story.recorded_at, story.steps)
    had = play(ending, cast, began_at, random.Random(seed))[: len(ending.legs)]
    heard = [call for call in had if call.talk]
    silent_at = max((call.agent_left_at or call.ended_at) for call in heard) + _LAST_WORDS_S
    return Rehearsal(min(map(_begins_at, heard)), silent_at, [step for call in had for step in steps(call)])


def tell(ending: Ending, cast: Cast, began_at: int, seed: int, settle_s: float = 65) -> Story:
    """`settle_s`: from the end of a call or its wrap-up to its contact record; Amazon takes 62 to 68 s."""
    rng = random.Random(seed)
    calls = play(ending, cast, began_at, rng)
    had = calls[: len(ending.legs)]
    said = [delivery for call in had for delivery in _said(call, cast, rng)]
    events = [_event(*each) for call in had for each in contact_events.events(call, rng)]
    events += [_event(*each) for call in calls[len(had) :] for each in contact_events.waiting(call, rng)]
    records = [_settled(call, settle_s, rng) for call in had]
    return Story(calls, [*said, *events, *records], [step for call in had for step in steps(call)])


def _event(at: float, event: Record) -> Delivery:
    return Delivery(at, CONTACT_EVENTS, event["id"], event)


def _settled(call: Call, settle_s: float, rng: random.Random) -> Delivery:
    written_at = call.settled_at + round(settle_s * rng.uniform(0.955, 1.045))
    return Delivery(written_at + rng.uniform(0.1, 0.9), CONTACT_RECORDS, call.id, contact_record(call, written_at))


def _said(call: Call, cast: Cast, rng: random.Random) -> Iterator[Delivery]:
    if call.talk:
        records = chat.records if call.leg.channel == "CHAT" else voice.records
        for at, record in records(call, cast.dialogue, rng):
            yield Delivery(at, CONTACT_LENS, call.id, record)


def _begins_at(call: Call) -> float:
    return chat.begins_at(call) if call.leg.channel == "CHAT" else voice.begins_at(call)
