import json
import random
from collections import Counter, defaultdict
from itertools import pairwise
from typing import Any

import phonenumbers
import pytest

from calls.connect.contact_record import decode
from calls.connect.kinds import Unusable, kind_of, parse
from calls.outcomes import Evidence, Rules, judge
from dashboard.demo.centre.call import Call, contact
from dashboard.demo.centre.endings import Ending
from dashboard.demo.centre.floor import CALLERS, QUEUES, UNLUCKY, WITHHELD, agents, pick_cast
from dashboard.demo.centre.plan import Put
from dashboard.demo.centre.shift import LONGEST_S, Shift
from dashboard.demo.centre.story import rehearse
from dashboard.demo.centre.streams import CHOICES, CONTACT_LENS, CONTACT_RECORDS
from tests.dashboard.demo.centre.telling import BEGAN_AT, DIALOGUES, TALES, tale_name, told

NOW = 1_793_610_000.0
Sent = list[tuple[float, Put]]


def shift_of(minutes: float, *, calls: int = 12, rate: float = 1.0, seed: int = 5, streams: str = "all") -> Sent:
    """What the shift sends, by the second in which it was due."""
    shift = Shift(calls, rate, 65, seed, NOW, CHOICES[streams], lambda _: None)
    return [(second, put) for second in range(int(minutes * 60)) for put in shift.due(NOW + second)]


@pytest.fixture(scope="module")
def quarter_hour() -> Sent:
    return shift_of(15)


def parsed(put: Put) -> dict[str, Any] | None:
    try:
        return parse(put.data)
    except Unusable:
        return None


def records(sent: Sent) -> list[tuple[float, dict[str, Any]]]:
    found = [(second, parsed(put)) for second, put in sent if put.stream == CONTACT_RECORDS]
    return [(second, each) for second, each in found if each and kind_of(each) == "contact-records"]


def contacts(sent: Sent) -> set[str]:
    return {put.key for _, put in sent if put.stream in (CONTACT_RECORDS, CONTACT_LENS)}


def drops(sent: Sent) -> list[float]:
    seen: dict[str, float] = {}
    for second, record in records(sent):
        if judge(decode(record), Evidence(), Rules()).opens_case:
            seen.setdefault(record["ContactId"], second)
    return list(seen.values())


def in_progress(sent: Sent) -> list[int]:
    """How many calls Contact Lens speaks of, at the end of each minute after the first."""
    spans: dict[str, tuple[float, float]] = {}
    for second, put in sent:
        if put.stream == CONTACT_LENS:
            spans[put.key] = (spans.get(put.key, (second, 0))[0], second)
    minutes = range(60, int(sent[-1][0]) - 120, 60)
    return [sum(began <= minute <= ended for began, ended in spans.values()) for minute in minutes]


def test_the_first_dropped_call_is_known_within_three_seconds_and_then_one_about_every_ten(quarter_hour: Sent) -> None:
    seconds = drops(quarter_hour)
    gaps = [later - earlier for earlier, later in pairwise(seconds)]
    assert seconds[0] <= 3
    assert 5 <= sum(gaps) / len(gaps) <= 12
    assert max(gaps) <= 60


@pytest.mark.parametrize("calls", [12, 60])
def test_about_as_many_calls_as_asked_for_are_in_progress(calls: int) -> None:
    counts = in_progress(shift_of(8, calls=calls))
    assert 0.75 * calls <= sum(counts) / len(counts) <= 1.15 * calls


def test_a_higher_rate_brings_more_calls() -> None:
    assert len(drops(shift_of(4, rate=4))) > 2 * len(drops(shift_of(4, rate=1)))


def test_nobody_talks_with_two_callers_at_once(quarter_hour: Sent) -> None:
    busy: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for _, record in records(quarter_hour):
        agent = record["Agent"]
        if record["Channel"] == "VOICE" and record["InitiationMethod"] == "INBOUND" and agent:
            times = (agent["ConnectedToAgentTimestamp"], agent["AfterContactWorkStartTimestamp"])
            busy[agent["Username"]].add(times)
    assert len(busy) >= 10
    for spans in busy.values():
        for earlier, later in pairwise(sorted(spans)):
            assert earlier[1] <= later[0]


def test_every_queue_is_served_and_some_callers_come_again(quarter_hour: Sent) -> None:
    ids = {record["ContactId"]: record for _, record in records(quarter_hour)}
    queues = {record["Queue"]["Name"] for record in ids.values() if record["Queue"]}
    callers = Counter(record["CustomerEndpoint"]["Address"] for record in ids.values() if record["CustomerEndpoint"])
    assert {queue.name for queue in QUEUES} <= queues
    assert callers[WITHHELD]
    assert all(callers[caller.number] >= 2 for caller in UNLUCKY)


def test_a_record_is_broken_now_and_then_and_its_whole_comes_too(quarter_hour: Sent) -> None:
    broken = [put for _, put in quarter_hour if parsed(put) is None]
    whole = {put.key for _, put in quarter_hour if parsed(put) is not None}
    assert 4 <= len(broken) <= 15
    assert {put.key for put in broken} <= whole


def test_an_agent_event_strays_into_the_contact_records(quarter_hour: Sent) -> None:
    on_records = [put for _, put in quarter_hour if put.stream == CONTACT_RECORDS]
    kinds = Counter(kind_of(each) for put in on_records if (each := parsed(put)))
    assert 2 <= kinds["agent-events"] <= 15
    assert kinds.keys() == {"agent-events", "contact-records"}


def test_all_records_of_a_contact_go_to_one_partition(quarter_hour: Sent) -> None:
    for _, put in quarter_hour:
        record = parsed(put)
        if record and "ContactId" in record:
            assert put.key == record["ContactId"]


@pytest.mark.parametrize("streams", CHOICES)
def test_only_the_streams_that_there_are_get_anything(streams: str) -> None:
    assert {put.stream for _, put in shift_of(4, streams=streams)} == set(CHOICES[streams])


def test_what_is_on_the_other_streams_changes_no_contact_record() -> None:
    alone, beside = (
        [put for _, put in shift_of(4, streams=streams) if put.stream == CONTACT_RECORDS]
        for streams in ("records", "all")
    )
    assert alone == beside


def test_every_contact_is_introduced_when_it_begins() -> None:
    known: dict[str, Call] = {}
    shift = Shift(12, 1, 65, 5, NOW, CHOICES["all"], lambda call: known.update({call.id: call}))
    for second in range(240):
        for put in shift.due(NOW + second):
            record = parsed(put)
            if record and kind_of(record) == "contact-events":
                assert record["detail"]["contactId"] in known
            elif record and kind_of(record) == "contact-records":
                assert record["CustomerEndpoint"] == contact(known[record["ContactId"]]).get("CustomerEndpoint")
    assert max(call.began_at for call in known.values()) <= NOW + 240


@pytest.mark.parametrize(("ending", "seed"), TALES, ids=tale_name)
def test_a_story_is_first_known_of_when_its_rehearsal_said(ending: Ending, seed: int) -> None:
    rng = random.Random(seed)  # noqa: S311 - the same seed must tell the same story
    cast = pick_cast(rng, agents(14), DIALOGUES, channel=ending.channel, is_dropped=ending.is_drop)
    story, rehearsal = told(ending, seed), rehearse(ending, cast, BEGAN_AT, seed, 65)
    assert rehearsal.known_at == (story.heard_at or story.recorded_at)
    assert rehearsal.steps == story.steps


@pytest.mark.parametrize(("ending", "seed"), TALES, ids=tale_name)
def test_no_story_reaches_further_back_than_it_is_planned_ahead(ending: Ending, seed: int) -> None:
    story = told(ending, seed, began_at=0)
    assert (story.heard_at or story.recorded_at) < LONGEST_S + 65 * 1.1


def test_the_same_seed_makes_the_same_shift_and_another_one_another() -> None:
    assert shift_of(2) == shift_of(2)
    assert contacts(shift_of(2)).isdisjoint(contacts(shift_of(2, seed=6)))


def test_the_card_number_is_heard_within_the_hour() -> None:
    said = (json.loads(put.data) for _, put in shift_of(20, calls=24) if put.stream == CONTACT_LENS)
    words = [segment.get("Transcript", {}).get("Content", "") for each in said for segment in each.get("Segments", ())]
    assert any("4111 1111 1111 1111" in content for content in words)


def test_numbers_are_possible_and_kept_for_fiction() -> None:
    fictional = ("+1", "+447700900", "+493023125")
    for number in [caller.number for caller in (*CALLERS, *UNLUCKY)] + [queue.number for queue in QUEUES]:
        assert phonenumbers.is_possible_number(phonenumbers.parse(number))
        assert number.startswith(fictional)
        assert not number.startswith("+1") or number[5:10] == "55501"


def test_a_floor_of_any_size_has_people_with_names_of_their_own() -> None:
    staff = [agent.username for agent in agents(1504)]
    assert len(staff) == len(set(staff)) == 1504
