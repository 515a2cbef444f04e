from collections import defaultdict
from functools import cache
from itertools import pairwise

import pytest

from calls.connect.agent_event import AgentEvent, Snapshot, decode
from calls.connect.kinds import parse
from dashboard.demo.centre.shift import Shift
from dashboard.demo.centre.streams import AGENT_EVENTS, CHOICES

NOW = 1_793_610_000.0
Day = dict[str, list[AgentEvent]]


@cache
def day(minutes: int = 15, rate: float = 1.0) -> Day:
    """What was sent of each agent, once, in the order of what happened."""
    shift = Shift(12, rate, 65, 7, NOW, CHOICES["all"], lambda _: None)
    sent = [put for second in range(minutes * 60) for put in shift.due(NOW + second) if put.stream == AGENT_EVENTS]
    events = {event.event_id: event for event in (decode(parse(put.data)) for put in sent)}
    found: Day = defaultdict(list)
    for event in sorted(events.values(), key=lambda event: event.at):
        assert event.snapshot
        found[str(event.snapshot.username)].append(event)
    return found


def pictures() -> list[Snapshot]:
    return [event.snapshot for events in day().values() for event in events if event.snapshot]


def gaps(events: list[AgentEvent]) -> list[float]:
    return [(later.at - earlier.at).total_seconds() for earlier, later in pairwise(events)]


def test_everybody_comes_to_work() -> None:
    begun = [events[0].kind for events in day().values()]
    assert len(begun) >= 14
    assert begun.count("LOGIN") >= 0.8 * len(begun)  # an event may be lost


def test_one_agent_is_not_heard_of_any_more() -> None:
    silent = [name for name, events in day().items() if events[-1].at.timestamp() < NOW]
    assert silent == ["kim.lund"]


@pytest.mark.parametrize(("rate", "beat_s"), [(1.0, 120), (4.0, 30)])
def test_whoever_does_nothing_is_heard_of_every_two_minutes(rate: float, beat_s: float) -> None:
    beats = [event for events in day(rate=rate).values() for event in events if event.kind == "HEART_BEAT"]
    assert beats
    silences = [gap for name, events in day(rate=rate).items() if name != "kim.lund" for gap in gaps(events)]
    assert max(silences) <= 4 * beat_s + 1  # one or two in a row are lost
    assert sum(gap <= beat_s + 1 for gap in silences) > 0.95 * len(silences)


def test_some_rest_some_are_away_and_most_are_at_work() -> None:
    last = {name: events[-1].snapshot for name, events in day().items()}
    statuses = [picture.status.name for picture in last.values() if picture]
    assert {"Available", "Offline", "Training"} <= set(statuses)
    assert statuses.count("Available") > len(statuses) / 2
    assert any(picture.status.name == "Lunch" for picture in pictures())
    assert any(picture.next_status for picture in pictures())


def test_nobody_has_two_callers_at_once_or_any_while_resting() -> None:
    for picture in pictures():
        assert len(picture.contacts) <= 1
        assert not picture.contacts or picture.status.name == "Available"


def test_every_desk_has_somebody_and_tells_its_queues_name() -> None:
    names = {name for picture in pictures() for name in picture.queues.values()}
    assert names == {"Billing", "Claims", "Sales", "Flights", "Retention"}


def test_agents_are_seen_in_every_state() -> None:
    states = {contact.state for picture in pictures() for contact in picture.contacts}
    assert states == {"CONNECTING", "INCOMING", "CONNECTED", "CONNECTED_ONHOLD", "MISSED", "ENDED"}
