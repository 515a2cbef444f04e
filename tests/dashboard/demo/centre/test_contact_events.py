import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from calls.connect import contact_record
from calls.connect.contact_event import ContactEvent, decode
from calls.connect.contact_record import ContactRecord
from dashboard.demo.centre.endings import ENDINGS, Ending
from dashboard.demo.centre.floor import QUEUES, agents
from dashboard.demo.centre.story import Story
from dashboard.demo.centre.streams import CONTACT_EVENTS
from tests.dashboard.demo.centre.telling import SEEDS, TALES, as_sent, contact_records, named, tale_name, told

SAMPLES = Path(__file__).resolve().parents[3] / "samples/contact_events"
each_tale = pytest.mark.parametrize(("ending", "seed"), TALES, ids=tale_name)


def envelopes(story: Story) -> list[dict[str, Any]]:
    return [as_sent(each.record) for each in story.deliveries if each.stream == CONTACT_EVENTS]


def events_and_record(story: Story) -> Iterator[tuple[dict[str, ContactEvent], ContactRecord]]:
    told_events = [decode(each) for each in envelopes(story)]
    for record in map(contact_record.decode, contact_records(story)):
        yield {each.kind: each for each in told_events if each.contact_id == record.contact_id}, record


def names_in(value: object, place: str = "") -> set[str]:
    if not isinstance(value, dict):
        return {place}
    return {place}.union(*(names_in(inner, f"{place}.{name}".lower()) for name, inner in value.items()))


@each_tale
def test_a_contact_is_told_of_from_its_beginning_to_its_end(ending: Ending, seed: int) -> None:
    for events, record in events_and_record(told(ending, seed)):
        assert {"INITIATED", "DISCONNECTED"} <= events.keys()
        assert ("QUEUED" in events) == (record.queue is not None)
        assert ("CONNECTED_TO_AGENT" in events) == bool(record.agent and record.agent.talked_at)
        assert "COMPLETED" in events or record.channel == "CHAT"


@each_tale
def test_the_contact_record_confirms_every_event_to_the_fraction_of_a_second(ending: Ending, seed: int) -> None:
    for events, record in events_and_record(told(ending, seed)):
        for event in events.values():
            assert event.initiated_at == record.began_at
            assert event.channel == record.channel
            assert event.initiation_method == record.initiation_method
            assert event.initial_contact_id == record.initial_contact_id
            assert event.previous_contact_id == record.previous_contact_id
            assert event.disconnected_at in (None, record.ended_at)
            if record.queue and event.queue_arn:
                assert (event.queue_arn, event.enqueued_at) == (record.queue.arn, record.queue.enqueued_at)
            if record.agent and event.agent_arn and event.kind != "CONTACT_DATA_UPDATED":
                assert (event.agent_arn, event.connected_to_agent_at) == (record.agent.arn, record.agent.talked_at)
            if record.agent and event.acw_ended_at:
                assert event.acw_started_at == record.agent.after_contact_work_started_at
                assert event.acw_ended_at == record.agent.after_contact_work_ended_at


@each_tale
def test_each_event_is_sent_within_a_second_of_what_it_tells(ending: Ending, seed: int) -> None:
    for delivery in told(ending, seed).deliveries:
        if delivery.stream == CONTACT_EVENTS:
            event = decode(as_sent(delivery.record))
            assert 0 < delivery.at - event.at.timestamp() < 1
            assert delivery.key == event.event_id


@each_tale
def test_no_event_has_a_name_or_a_callers_number(ending: Ending, seed: int) -> None:
    story = told(ending, seed)
    text = json.dumps(envelopes(story))
    words = [*(queue.name for queue in QUEUES), *(agent.username for agent in agents(14))]
    assert not any(f'"{word}"' in text for word in words)
    assert not any(call.caller.number in text for call in story.calls)


def test_nothing_stands_in_an_event_that_amazon_does_not_send() -> None:
    known = {name for path in SAMPLES.glob("*.json") for name in names_in(json.loads(path.read_text()))}
    sent = {name for ending in ENDINGS for each in envelopes(told(ending, 1)) for name in names_in(each)}
    assert sent - known <= {".detail.disconnectreason"}  # documented for campaigns, in no sample


def test_only_a_campaigns_events_tell_the_reason_of_its_end() -> None:
    for ending in ENDINGS:
        for event in map(decode, envelopes(told(ending, 1))):
            assert bool(event.disconnect_reason) <= ("campaign" in ending.name)


def test_a_leg_that_follows_names_the_one_before_within_a_second_of_its_end() -> None:
    for seed in SEEDS:
        first, second = events_and_record(told(named("passed to another queue, then abandoned"), seed))
        assert second[0]["INITIATED"].previous_contact_id == first[1].contact_id
        gap = second[0]["INITIATED"].moment - first[0]["DISCONNECTED"].moment
        assert gap.total_seconds() == 0


def test_a_callback_that_is_promised_and_never_made_is_queued_for_good() -> None:
    for seed in SEEDS:
        story = told(named("promised a callback, never called"), seed)
        (record,) = map(contact_record.decode, contact_records(story))
        events = [decode(each) for each in envelopes(story)]
        waiting = [each for each in events if each.contact_id == record.next_contact_id]
        assert [each.kind for each in waiting] == ["INITIATED", "QUEUED"]
        assert {each.initiation_method for each in waiting} == {"CALLBACK"}
        assert {each.previous_contact_id for each in waiting} == {record.contact_id}


def test_of_a_callback_that_is_promised_and_never_queued_nothing_is_heard() -> None:
    for seed in SEEDS:
        story = told(named("promised a callback, never queued"), seed)
        (record,) = map(contact_record.decode, contact_records(story))
        assert record.next_contact_id
        assert {decode(each).contact_id for each in envelopes(story)} == {record.contact_id}


def test_a_moment_that_is_not_set_is_written_as_amazon_writes_it() -> None:
    text = json.dumps(envelopes(told(named("chatted"), 1)))
    assert "1970-01-01T00:00:00.001Z" in text


def test_ids_of_events_are_their_own() -> None:
    ids = [decode(each).event_id for seed in range(20) for each in envelopes(told(named("transferred"), seed))]
    assert len(ids) == len(set(ids))


def test_times_are_those_of_the_clock() -> None:
    first = envelopes(told(named("abandoned"), 1))[0]
    assert datetime.fromisoformat(first["time"]) == datetime.fromisoformat(first["detail"]["initiationTimestamp"])
