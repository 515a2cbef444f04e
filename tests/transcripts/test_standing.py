from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calls.models import Call
from calls.models.call import IN_PROGRESS
from calls.silence import SOURCE
from calls.stages.facts import Facts
from calls.stages.stage import stage_of
from tests.calls.stages.events import BEGAN, agent_event, at, contact, contact_event, queue_info
from tests.calls.stages.notes import LEFT, NEXT, Note, told, told_contacts, told_events
from tests.calls.world import ARN, Record, World

VOICE = {"Version": "1.0.0", "Channel": "VOICE", "AccountId": "1", "InstanceId": ARN[-36:], "LanguageCode": "en-US"}
CHAT = {"Version": "2.0.0", "Channel": "CHAT", "AccountId": "1", "InstanceId": ARN[-36:]}


def voice(kind: str, contact_id: str = "c1") -> Record:
    return {**VOICE, "ContactId": contact_id, "EventType": kind, **({"Segments": []} if kind == "SEGMENTS" else {})}


def chat(role: str) -> Record:
    said = {"Id": f"by-{role}", "ParticipantId": role, "ParticipantRole": role, "DisplayName": role, "Content": "Hello",
            "ContentType": "text/plain", "Time": {"AbsoluteTime": at(3).isoformat()}}  # fmt: skip
    return {**CHAT, "ContactId": "c1", "StreamingEventType": "SEGMENTS", "OutputType": "Raw",
            "Segments": [{"Transcript": said}]}  # fmt: skip


def moments() -> st.SearchStrategy[datetime | None]:
    return st.one_of(st.none(), st.integers(0, 9).map(at))


def derived(call: Call) -> tuple[Any, ...]:
    facts = msgspec.convert(call.stage_facts, Facts)
    found = stage_of(facts, words_at=call.words_at, words_over_at=call.words_over_at, heard_at=call.first_heard_at)
    is_live = found.stage in IN_PROGRESS and call.has_caller
    return found.stage, found.since, found.source, is_live


def stored(call: Call) -> tuple[Any, ...]:
    return call.stage, call.stage_since, call.stage_source, call.is_live


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.one_of(told_events(), told_contacts(), NEXT, LEFT), max_size=6), moments(), moments(),
    st.sampled_from(["INBOUND", "MONITOR"]), st.sampled_from(["", "VOICE", "TASK"]),
    st.lists(st.tuples(st.sampled_from([voice("STARTED"), voice("SEGMENTS"), voice("COMPLETED"), chat("CUSTOMER")]),
             st.integers(0, 9).map(at)), min_size=1, max_size=3),
)  # fmt: skip
def test_words_in_the_database_decide_as_stage_of_does(
    world: World,
    notes: list[Note],
    words_at: datetime | None,
    over_at: datetime | None,
    method: str,
    channel: str,
    came: list[tuple[Record, datetime]],
) -> None:
    with transaction.atomic():
        call = Call(instance=world.instance, contact_id="c1", root_contact_id="c1")
        call.initiation_method, call.channel = method, channel
        call.stage_facts, call.words_at, call.words_over_at, call.first_heard_at = told(notes), words_at, over_at, at(5)
        call.stage, call.stage_since, call.stage_source, call.is_live = derived(call)
        call.save()
        for record, arrived_at in came:
            world.bring(record, stream=world.lens, at=arrived_at)
            call.refresh_from_db()
            assert stored(call) == derived(call)
        transaction.set_rollback(True)


def test_a_call_known_by_its_words_alone_talks_from_the_first_to_the_last(world: World) -> None:
    world.bring(voice("STARTED"), stream=world.lens, at=at(0))
    assert stored(world.call("c1")) == ("talking", at(0), "contact-lens", True)
    world.bring(voice("COMPLETED"), stream=world.lens, at=at(60))
    assert stored(world.call("c1")) == ("ended", at(60), "contact-lens", False)
    world.bring(voice("SEGMENTS"), stream=world.lens, at=at(61))
    assert stored(world.call("c1")) == ("ended", at(60), "contact-lens", False)


@pytest.mark.parametrize("kind", ["FAILED", "COMPLETED"])
def test_a_call_that_events_say_is_connected_goes_on_when_contact_lens_ends(world: World, kind: str) -> None:
    world.bring(contact_event("QUEUED", 10, **queue_info(10)))
    world.bring(agent_event(30, contact("CONNECTED", 30)))
    world.bring(voice("STARTED"), voice(kind), stream=world.lens, at=at(50))
    assert stored(world.call("c1")) == ("talking", at(30), "agent-events", True)
    world.bring(agent_event(60, contact("CONNECTED_ONHOLD", 60)))
    assert stored(world.call("c1")) == ("hold", at(60), "agent-events", True)
    world.bring(agent_event(90))
    assert stored(world.call("c1")) == ("ended", at(90), "agent-events", False)


def test_a_call_that_contact_lens_has_ended_lives_by_an_event_that_says_it_is_connected(world: World) -> None:
    world.bring(voice("STARTED"), voice("FAILED"), stream=world.lens, at=at(50))
    assert not world.call("c1").is_live
    world.bring(agent_event(119, contact("CONNECTED", 30), kind="HEART_BEAT"))
    assert stored(world.call("c1")) == ("talking", at(30), "agent-events", True)


def test_a_chat_is_in_the_flow_until_an_agent_writes(world: World) -> None:
    world.bring(chat("CUSTOMER"), stream=world.lens, at=at(1))
    assert stored(world.call("c1")) == ("flow", at(1), "contact-lens", True)
    world.bring(chat("AGENT"), stream=world.lens, at=at(5))
    assert stored(world.call("c1")) == ("talking", at(5), "contact-lens", True)


@pytest.mark.parametrize(("kind", "stage", "is_live"), [("SEGMENTS", "talking", True), ("COMPLETED", "ended", False)])
def test_a_word_wakes_a_call_that_silence_has_ended(world: World, kind: str, stage: str, is_live: bool) -> None:
    world.bring(voice("STARTED"), stream=world.lens, at=BEGAN)
    Call.objects.update(stage="ended", stage_source=SOURCE, is_live=False, is_silent=True)
    world.bring(voice(kind), stream=world.lens, at=BEGAN + timedelta(minutes=1))
    call = world.call("c1")
    assert (call.stage, call.stage_source, call.is_live, call.is_silent) == (stage, "contact-lens", is_live, False)
