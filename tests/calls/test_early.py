"""Drops that the live streams tell, before the contact record."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from calls.intake import judge_again
from calls.judging import judge_early
from calls.models import Agent, Alert, Call, Case, Instance, Person, Shard, Stream
from calls.models.bulk import save_rows
from calls.models.call import Stage
from calls.stages.facts import AtAgent, Facts, NextLeg
from tests.calls.test_cases import entries, in_threads
from tests.calls.world import AGENT, ALICE, ARN, BOB, QUEUE, Record, World, answered, dropped, newer, now

BOB_ARN, CHARLIE_ARN = AGENT["ARN"], f"{ARN}/agent/charlie"
SERVED: dict[str, Any] = {"Queue": None, "Attributes": {"botResolved": "true"}}


def at(seconds_ago: float) -> datetime:
    return now() - timedelta(seconds=seconds_ago)


def waited(ended_s: float = 1, **more: Any) -> Facts:
    """In the queue for a minute, and gone."""
    queued = {"enqueued_at": at(ended_s + 60), "queue_arn": QUEUE["ARN"]}
    return msgspec.structs.replace(in_flow(ended_s), **queued | more)


def in_flow(ended_s: float = 1) -> Facts:
    return Facts(initiated_at=at(ended_s + 90), disconnected_at=at(ended_s))


def held(state: str, since_s: float, **more: Any) -> dict[str, Any]:
    """What the facts keep of Bob's snapshots: the call in this state."""
    return {"agents": {BOB_ARN: AtAgent(state, at(since_s), at(since_s))}, **more}


def heard(world: World, facts: Facts, contact_id: str = "c1", **columns: Any) -> Call:
    """What the streams told, as the writer of events keeps it with the call, and what is judged by it."""
    fresh = {"initiation_method": "INBOUND", "channel": "VOICE", "root_contact_id": contact_id}
    with transaction.atomic():
        Call.objects.get_or_create(instance=world.instance, contact_id=contact_id, defaults=fresh)
        call = Call.objects.select_for_update().get(contact_id=contact_id)
        call.stage_facts = msgspec.to_builtins(facts)
        for name, value in columns.items():
            setattr(call, name, value)
        save_rows([call], ["stage_facts", *columns])
        judge_early(world.instance, [call])
    return world.call(contact_id)


def time_passes(world: World, seconds: float, contact_id: str = "c1") -> None:
    """All of the call was so much longer ago, and what waits for its time is looked at."""
    call, earlier = world.call(contact_id), timedelta(seconds=seconds)
    facts = msgspec.convert(call.stage_facts, Facts)
    told = {name: getattr(facts, name) for name in ("initiated_at", "enqueued_at", "disconnected_at")}
    facts = msgspec.structs.replace(facts, **{name: moment and moment - earlier for name, moment in told.items()})
    judge_at = call.judge_at and call.judge_at - earlier
    Call.objects.filter(pk=call.pk).update(stage_facts=msgspec.to_builtins(facts), judge_at=judge_at)
    judge_again()


def alert() -> Alert:
    return Alert.objects.get()


# While waiting


def test_a_caller_who_left_the_queue_alerts_at_once_and_provisionally(world: World) -> None:
    call = heard(world, waited())
    assert (call.outcome, call.is_provisional, call.sentence) == ("abandoned", True, "left the queue after 1:00")
    assert world.alerts() == ["c1"]
    assert not Case.objects.exists()


def test_what_is_heard_of_a_drop_again_changes_nothing(world: World) -> None:
    facts = waited()
    heard(world, facts)
    before = (Alert.objects.values().get(), world.call("c1").outcome)
    heard(world, facts)
    assert (Alert.objects.values().get(), world.call("c1").outcome) == before


@pytest.mark.parametrize("method", ["CALLBACK", "TRANSFER", "QUEUE_TRANSFER"])
def test_a_leg_that_names_this_one_as_the_one_before_makes_it_no_drop(world: World, method: str) -> None:
    call = heard(world, waited(next=NextLeg("c2", method, at(2))))
    assert (call.outcome, call.is_provisional, call.promise) == ("passed_on", True, "kept")
    assert world.alerts() == []


@pytest.mark.parametrize("method", ["DISCONNECT", "MONITOR"])
def test_the_flow_after_a_hang_up_does_not_go_on_with_the_customer(world: World, method: str) -> None:
    heard(world, waited(next=NextLeg("c2", method, at(2))))
    assert world.alerts() == ["c1"]


def test_an_alert_vanishes_without_a_word_when_the_next_leg_is_heard_of_within_seconds(world: World) -> None:
    facts = waited()
    heard(world, facts)
    heard(world, msgspec.structs.replace(facts, next=NextLeg("c2", "CALLBACK", at(0))))
    assert not Alert.objects.unseen().exists()
    assert alert().corrected_at is None


def test_an_alert_that_stood_for_longer_says_that_the_call_was_passed_on(world: World) -> None:
    facts = waited(30)
    heard(world, facts)
    Alert.objects.update(at=at(29))
    heard(world, msgspec.structs.replace(facts, next=NextLeg("c2", "CALLBACK", at(0))))
    assert Alert.objects.unseen().get().corrected_at is not None


TRANSFER = {"initiation_method": "TRANSFER", "previous_contact_id": "first", "root_contact_id": "first"}


@pytest.mark.parametrize("stage", [Stage.TALKING, Stage.HOLD])
def test_a_question_to_another_queue_is_no_drop_while_the_first_agent_has_the_customer(
    world: World, stage: Stage
) -> None:
    Call.objects.create(instance=world.instance, contact_id="first", root_contact_id="first", stage=stage)
    assert heard(world, waited(), "second", **TRANSFER).outcome == "consult"
    assert world.alerts() == []


def test_a_question_is_none_when_the_first_agent_had_let_go_of_the_customer(world: World) -> None:
    gone = msgspec.to_builtins(Facts(disconnected_at=at(70), connected_at=at(300)))
    first = {"contact_id": "first", "root_contact_id": "first", "stage": Stage.WRAP_UP, "stage_facts": gone}
    Call.objects.create(instance=world.instance, **first)
    assert heard(world, waited(), "second", **TRANSFER).outcome == "abandoned"
    assert world.alerts() == ["second"]


def test_a_question_is_still_one_when_the_first_agent_is_done_with_the_customer_later(world: World) -> None:
    Call.objects.create(instance=world.instance, contact_id="first", root_contact_id="first", stage=Stage.TALKING)
    heard(world, waited(60), "second", **TRANSFER)
    done = msgspec.to_builtins(Facts(disconnected_at=at(30), connected_at=at(300)))
    Call.objects.filter(contact_id="first").update(stage=Stage.ENDED, stage_facts=done)
    time_passes(world, 120, "second")
    assert world.call("second").outcome == "consult"
    assert world.call("second").judge_at is None


def test_what_looked_like_a_question_alerts_once_it_is_known_that_nobody_had_the_customer(world: World) -> None:
    Call.objects.create(instance=world.instance, contact_id="first", root_contact_id="first", stage=Stage.TALKING)
    heard(world, waited(60), "second", **TRANSFER)
    done = msgspec.to_builtins(Facts(disconnected_at=at(1000), connected_at=at(1300)))
    Call.objects.filter(contact_id="first").update(stage=Stage.ENDED, stage_facts=done)
    time_passes(world, 120, "second")
    assert world.alerts() == ["second"]


def test_a_short_wait_is_no_drop(world: World) -> None:
    assert heard(world, waited(enqueued_at=at(4))).outcome == "short_abandon"
    assert world.alerts() == []


def test_a_test_call_is_known_by_the_number_that_it_dialled(world: World) -> None:
    world.rules(marks=[{"number": "+12025550100", "outcome": "test_call"}])
    assert heard(world, waited(), dialled_address="+12025550100").outcome == "test_call"
    assert world.alerts() == []


def test_nothing_that_ended_long_ago_alerts(world: World) -> None:
    assert heard(world, waited(73 * 3600)).outcome == "abandoned"
    assert world.alerts() == []


def test_an_instance_that_is_only_watched_raises_no_early_alert(world: World) -> None:
    world.rules(preset="watch")
    assert heard(world, waited()).outcome == "abandoned"
    assert world.alerts() == []


def test_a_caller_who_talked_was_served_as_far_as_events_tell(world: World) -> None:
    assert heard(world, waited(connected_at=at(30))).outcome == ""
    assert heard(world, waited(), "c2", words_at=at(30)).outcome == ""
    assert heard(world, waited(**held("CONNECTED", 30)), "c3").outcome == ""
    assert world.alerts() == []


def test_a_connection_that_is_heard_of_after_the_end_takes_the_drop_back(world: World) -> None:
    world.rules(opens_cases_early=True)
    facts = waited()
    heard(world, facts, caller_address=ALICE)
    call = heard(world, msgspec.structs.replace(facts, connected_at=at(30)))
    assert (call.outcome, call.is_provisional) == ("answered", True)
    assert not Alert.objects.unseen().exists()
    assert world.case().disposition == "withdrawn"
    assert entries(world.case())[-1] == "withdrawn: later events say Answered"


# In the flow


def test_a_drop_in_the_flow_is_silent_until_the_record_should_have_come(world: World) -> None:
    call = heard(world, in_flow())
    assert (call.outcome, call.is_provisional) == ("left_in_flow", True)
    time_passes(world, 110)
    assert world.alerts() == []
    time_passes(world, 10)
    assert world.alerts() == ["c1"]
    assert world.call("c1").is_provisional
    assert world.call("c1").judge_at is None


def test_the_policy_says_how_long_a_drop_in_the_flow_is_silent(world: World) -> None:
    world.rules(provisional_after_s=600)
    heard(world, in_flow())
    time_passes(world, 590)
    assert world.alerts() == []
    time_passes(world, 10)
    assert world.alerts() == ["c1"]


@pytest.mark.parametrize("at_once", [False, True])
def test_drops_in_the_flow_that_are_read_late_wait_for_their_records_as_long(world: World, at_once: bool) -> None:
    world.rules(opens_cases_early=at_once)
    heard(world, in_flow(3600), caller_address=ALICE)
    heard(world, in_flow(3600), "c2", caller_address=BOB)
    judge_again()
    assert (world.alerts(), Case.objects.count()) == ([], 0)
    world.bring(dropped(ended_s=3600, **SERVED))
    time_passes(world, 110, "c2")
    assert world.alerts() == []
    time_passes(world, 10, "c2")
    assert world.alerts() == ["c2"]


def test_what_is_heard_of_a_silent_drop_again_does_not_put_it_off(world: World) -> None:
    facts = in_flow()
    judge_at = heard(world, facts).judge_at
    assert judge_at is not None
    assert heard(world, facts).judge_at == judge_at


def test_what_is_heard_of_a_drop_in_the_flow_after_it_was_told_changes_nothing(world: World) -> None:
    heard(world, in_flow())
    time_passes(world, 120)
    call = world.call("c1")
    again = heard(world, msgspec.convert(call.stage_facts, Facts))
    assert (again.outcome, again.judge_at, world.alerts()) == ("left_in_flow", None, ["c1"])


def test_a_short_call_that_proves_to_be_a_drop_in_the_flow_is_silent_then(world: World) -> None:
    short = Facts(initiated_at=at(3), disconnected_at=at(1))
    assert heard(world, short).outcome == "short_call"
    assert heard(world, in_flow(1)).outcome == "left_in_flow"
    assert world.alerts() == []


def shard_of_records(world: World, **progress: Any) -> None:
    """Read to its newest record just now, but for what is given."""
    told = {"read_at": now(), "behind_ms": 0, **progress}
    Shard.objects.update_or_create(stream=world.stream, shard_id="shard-1", defaults=told)


@pytest.mark.parametrize("progress", [{"behind_ms": 121_000}, {"read_at": at(3600)}, {"read_at": None}])
def test_no_drop_in_the_flow_is_told_while_its_record_may_lie_unread(world: World, progress: dict[str, Any]) -> None:
    shard_of_records(world, **progress)
    heard(world, in_flow())
    for _ in range(3):
        time_passes(world, 120)
        assert world.alerts() == []
        assert world.call("c1").judge_at is not None
    shard_of_records(world)
    time_passes(world, 120)
    assert world.alerts() == ["c1"]


def test_no_drop_in_the_flow_is_told_while_the_stream_of_records_is_stopped(world: World) -> None:
    shard_of_records(world)
    Stream.objects.filter(pk=world.stream.pk).update(is_stopped=True)
    heard(world, in_flow())
    time_passes(world, 120)
    assert world.alerts() == []
    Stream.objects.filter(pk=world.stream.pk).update(is_stopped=False)
    time_passes(world, 120)
    assert world.alerts() == ["c1"]


def test_records_that_lie_unread_elsewhere_keep_no_drop_in_the_flow_back(world: World) -> None:
    shard_of_records(world)
    Shard.objects.create(stream=world.stream, shard_id="shard-0", read_at=at(3600), is_ended=True)
    Shard.objects.create(stream=world.lens, shard_id="shard-1", behind_ms=3_600_000)
    other = Instance.objects.create(alias="other", arn=f"{ARN}-other")
    theirs = Stream.objects.create(instance=other, kind="contact-records", name="other-contact-records")
    Shard.objects.create(stream=theirs, shard_id="shard-1", behind_ms=3_600_000)
    heard(world, in_flow())
    time_passes(world, 120)
    assert world.alerts() == ["c1"]


def test_who_waited_for_an_agent_is_told_of_at_once_though_records_lie_unread(world: World) -> None:
    shard_of_records(world, behind_ms=3_600_000)
    heard(world, waited(600))
    assert world.alerts() == ["c1"]


def test_a_caller_whom_the_virtual_agent_served_never_alerts(world: World) -> None:
    heard(world, in_flow(60))
    world.bring(dropped(**SERVED))
    judge_again()
    assert world.call("c1").outcome == "self_served"
    assert not Alert.objects.exists()


def test_a_record_that_comes_in_time_tells_of_the_drop_in_the_flow(world: World) -> None:
    heard(world, in_flow(60))
    world.bring(dropped(Queue=None))
    assert world.alerts() == ["c1"]
    assert world.case().cause == "left_in_flow"


# What agents' states tell


def test_a_caller_who_hangs_up_on_hold_alerts_at_once_with_the_length_of_the_hold(world: World) -> None:
    call = heard(world, waited(**held("CONNECTED_ONHOLD", 49, connected_at=at(200), holds=[(at(49), None)])))
    assert (call.outcome, call.sentence) == ("left_on_hold", "hung up after 0:48 on hold")
    assert world.alerts() == ["c1"]


def test_after_call_work_that_began_with_the_end_has_not_ended_the_hold_before_it(world: World) -> None:
    on_hold = held("ENDED", 1, connected_at=at(200), holds=[(at(49), at(1))])
    assert heard(world, waited(**on_hold)).outcome == "left_on_hold"
    talked_on = held("ENDED", 1, connected_at=at(200), holds=[(at(49), at(20))])
    assert heard(world, waited(**talked_on), "c2").outcome == ""


def test_a_call_that_is_passed_on_from_its_hold_is_no_drop(world: World) -> None:
    leg = NextLeg("c2", "TRANSFER", at(3))
    assert heard(world, waited(**held("CONNECTED_ONHOLD", 49, holds=[(at(49), None)]), next=leg)).outcome == "answered"
    assert world.alerts() == []


def test_the_record_of_a_call_left_on_hold_has_the_length_of_the_hold(world: World) -> None:
    record = answered()
    end = datetime.fromisoformat(record["DisconnectTimestamp"])
    heard(world, Facts(disconnected_at=end, connected_at=at(90), holds=[(end - timedelta(seconds=48), None)]))
    world.bring(record)
    assert (world.call("c1").outcome, world.call("c1").sentence) == ("left_on_hold", "hung up after 0:48 on hold")
    assert world.call("c1").outcome_fields["hold_s"] == 48


@pytest.fixture
def agents(world: World) -> None:
    for arn, name in ((BOB_ARN, "Bob"), (CHARLIE_ARN, "Charlie")):
        Agent.objects.create(instance=world.instance, arn=arn, username=name.lower(), first_name=name)


def test_a_call_that_rang_in_vain_names_whom_it_rang(world: World, agents: None) -> None:
    call = heard(world, waited(missed={CHARLIE_ARN: at(20), BOB_ARN: at(40)}))
    assert (call.outcome, call.sentence) == ("missed_by_agent", "rang Bob, Charlie and no agent answered after 1:00")
    assert call.outcome_fields["rang"] == "Bob, Charlie"
    world.bring(dropped(ended_s=1))
    assert (world.call("c1").outcome, world.call("c1").sentence) == (call.outcome, call.sentence)


def test_an_agent_whose_name_nobody_has_told_is_known_by_the_end_of_the_arn(world: World) -> None:
    call = heard(world, waited(missed={f"{ARN}/agent/unknown": at(20)}))
    assert call.sentence == "rang unknown and no agent answered after 1:00"


@pytest.mark.parametrize("state", ["INCOMING", "CONNECTING"])
def test_a_caller_who_leaves_while_it_rings_was_not_missed(world: World, state: str) -> None:
    call = heard(world, waited(**held(state, 8)))
    assert (call.outcome, call.sentence) == ("abandoned", "left while ringing after 1:00")


def test_whoever_is_rung_when_the_caller_leaves_has_not_missed_the_call(world: World) -> None:
    assert heard(world, waited(missed={BOB_ARN: at(1)})).sentence == "left while ringing after 1:00"


def test_what_agents_streams_tell_after_the_record_is_judged_with_it(world: World, agents: None) -> None:
    world.bring(dropped())
    assert world.call("c1").outcome == "abandoned"
    heard(world, waited(60, missed={BOB_ARN: at(90)}))
    judge_again()
    assert world.call("c1").sentence == "rang Bob and no agent answered after 1:00"
    assert world.case().cause == "missed_by_agent"
    assert world.call("c1").judge_at is None


def test_evidence_of_a_call_that_was_judged_before_such_was_kept_can_be_read(world: World) -> None:
    world.bring(dropped())
    old: dict[str, object] = {
        "legs": [],
        "agent_state": None,
        "missed_by_agent": False,
        "last_words": None,
        "further_try_seen": False,
    }
    Call.objects.update(evidence=old)
    assert world.call("c1").sentence == "left the queue after 1:00"
    world.bring(newer(dropped(AgentConnectionAttempts=2)))
    assert world.call("c1").outcome == "missed_by_agent"


# The record that follows


def standing(world: World) -> dict[str, Any]:
    """All that somebody sees of a call's end, and acts on."""
    call = world.call("c1")
    fields = ("outcome", "is_provisional", "opens_case", "promise", "sentence", "ended_at")
    cases = [
        (case.state, case.disposition, case.cause, case.drops, case.phone, case.last_drop_at, case.key)
        for case in Case.objects.all()
    ]
    return {
        **{name: getattr(call, name) for name in fields},
        "cases": cases,
        "alerts": list(Alert.objects.unseen().values_list("call__contact_id", "acknowledged_at")),
        "time line": [words for case in Case.objects.all() for words in entries(case)],
    }


DROPS: dict[str, tuple[Facts, Record]] = {
    "abandoned": (waited(60), dropped()),
    "missed": (waited(60, missed={BOB_ARN: at(90)}), dropped(AgentConnectionAttempts=1)),
    "without a number": (waited(60), dropped(caller=None)),
    "in the flow": (in_flow(60), dropped(Queue=None)),
    "on hold": (waited(60, connected_at=at(100), holds=[(at(80), None)]), answered()),
    "short": (waited(60, enqueued_at=at(63)), dropped(Queue={**QUEUE, "Duration": 3})),
}


@pytest.mark.parametrize("at_once", [False, True])
@pytest.mark.parametrize("name", DROPS)
def test_a_record_after_an_early_drop_changes_nothing_but_the_details(world: World, name: str, at_once: bool) -> None:
    facts, record = DROPS[name]
    world.rules(opens_cases_early=at_once)
    number = {"caller_address": record["CustomerEndpoint"]["Address"]} if record["CustomerEndpoint"] else {}
    early = heard(world, facts, **number)
    if early.judge_at:
        time_passes(world, 60)
    cases = list(Case.objects.values_list("pk", "cause", "drops", "state"))
    world.bring(record)
    told = standing(world)
    assert (early.outcome, list(Case.objects.values_list("pk", "cause", "drops", "state"))[: len(cases)]) == (
        told["outcome"],
        cases,
    )
    Alert.objects.all().delete()
    Call.objects.all().delete()
    Case.objects.all().delete()
    heard(world, msgspec.structs.replace(facts, disconnected_at=None))
    world.bring(record)
    assert told == standing(world)


def test_a_record_that_confirms_leaves_the_alert_and_it_is_provisional_no_more(world: World) -> None:
    heard(world, waited(60))
    before = Alert.objects.values("pk", "at", "acknowledged_at", "corrected_at").get()
    world.bring(dropped())
    assert not world.call("c1").is_provisional
    assert Alert.objects.values("pk", "at", "acknowledged_at", "corrected_at").get() == before
    assert entries(world.case()) == ["Abandoned: case opened"]


def test_a_record_that_corrects_has_the_alert_say_so_until_ten_minutes_have_passed(world: World) -> None:
    heard(world, waited(60))
    world.bring(answered())
    corrected = Alert.objects.unseen().get()
    assert corrected.corrected_at is not None
    assert world.call("c1").outcome == "answered"
    assert Alert.objects.let_corrections_go() == 0
    Alert.objects.update(corrected_at=at(601))
    assert Alert.objects.let_corrections_go() == 1
    assert not Alert.objects.unseen().exists()


def test_a_correction_that_somebody_has_seen_is_gone(world: World) -> None:
    heard(world, waited(60))
    world.bring(answered())
    assert alert().acknowledge(Person.objects.create_user("alice"))
    assert not Alert.objects.unseen().exists()


def test_an_alert_that_somebody_had_seen_is_not_shown_again_when_it_is_corrected(world: World) -> None:
    heard(world, waited(60))
    assert alert().acknowledge(Person.objects.create_user("alice"))
    world.bring(answered())
    assert not Alert.objects.unseen().exists()
    assert alert().corrected_at is None


@pytest.mark.parametrize("is_seen", [False, True])
def test_a_correction_that_is_corrected_holds_again(world: World, is_seen: bool) -> None:
    record = dropped()
    heard(world, waited(60))
    world.bring(newer(answered()))
    if is_seen:
        alert().acknowledge(Person.objects.create_user("alice"))
    world.bring(newer(newer(record)))
    assert Alert.objects.unseen().get().corrected_at is None
    assert world.case().state == "new"


def transferred(contact_id: str = "c1", **more: Any) -> Record:
    return dropped(contact_id, InitiationMethod="TRANSFER", PreviousContactId="c0", InitialContactId="c0", **more)


def leg_before(worked_s: float) -> Record:
    """An agent talked, and began with after-call work so many seconds ago."""
    record = answered("c0", ended_s=worked_s, NextContactId="c1")
    return {**record, "Agent": {**record["Agent"], "AfterContactWorkStartTimestamp": at(worked_s).isoformat()}}


@pytest.mark.parametrize("at_once", [False, True])
def test_a_record_that_waits_for_the_leg_before_takes_nothing_back_and_is_confirmed_with_it(
    world: World, at_once: bool
) -> None:
    world.rules(opens_cases_early=at_once)
    first = {"initiation_method": "TRANSFER", "previous_contact_id": "c0", "root_contact_id": "c0"}
    heard(world, waited(60), caller_address=ALICE, **first)
    world.bring(transferred())
    assert (world.call("c1").is_provisional, alert().corrected_at, alert().acknowledged_at) == (True, None, None)
    assert Case.objects.open().count() == at_once
    world.bring(leg_before(150))
    assert (world.call("c1").is_provisional, alert().corrected_at, alert().acknowledged_at) == (False, None, None)
    assert (world.case().state, world.case().drops) == ("new", 1)


@pytest.mark.parametrize("at_once", [False, True])
def test_a_record_that_waits_for_the_leg_before_is_corrected_by_it(world: World, at_once: bool) -> None:
    world.rules(opens_cases_early=at_once)
    first = {"initiation_method": "TRANSFER", "previous_contact_id": "c0", "root_contact_id": "c0"}
    heard(world, waited(60), caller_address=ALICE, **first)
    world.bring(transferred())
    world.bring(leg_before(20))
    assert world.call("c1").outcome == "consult"
    assert Alert.objects.unseen().get().corrected_at is not None
    assert not Case.objects.open().exists()


def test_a_leg_that_events_tell_as_a_drop_and_the_record_as_passed_on_is_corrected_and_may_alarm_again(
    world: World,
) -> None:
    heard(world, waited(60))
    world.bring(dropped(NextContactId="c2"))
    assert alert().corrected_at is not None
    leg_wait_passes(world)
    assert Alert.objects.unseen().get().corrected_at is None
    assert world.call("c1").promise == "broken"


# Cases


def test_a_case_is_opened_at_once_where_the_policy_says_so_and_the_number_is_known(world: World) -> None:
    world.rules(opens_cases_early=True)
    call = heard(world, waited(), caller_address=ALICE)
    case = world.case()
    assert (case.phone, case.cause, case.drops, case.last_drop_at) == (ALICE, "abandoned", 1, call.ended_at)
    assert call.case == case
    assert case.caller is not None


@pytest.mark.parametrize("number", ["", "anonymous"])
def test_without_a_number_there_is_an_alert_only_until_the_record_opens_the_case(world: World, number: str) -> None:
    world.rules(opens_cases_early=True)
    heard(world, waited(60), caller_address=number)
    assert world.alerts() == ["c1"]
    assert not Case.objects.exists()
    world.bring(dropped())
    assert world.case().drops == 1


def test_a_number_that_is_told_after_the_drop_opens_the_case(world: World) -> None:
    world.rules(opens_cases_early=True)
    facts = waited()
    heard(world, facts)
    heard(world, facts, caller_address=ALICE)
    heard(world, facts, caller_address=ALICE)
    assert (world.case().phone, world.case().drops) == (ALICE, 1)
    assert world.alerts() == ["c1"]


def test_a_drop_in_the_flow_opens_its_case_with_its_alert(world: World) -> None:
    world.rules(opens_cases_early=True)
    heard(world, in_flow(), caller_address=ALICE)
    assert not Case.objects.exists()
    time_passes(world, 120)
    assert world.case().cause == "left_in_flow"


def test_an_early_drop_joins_the_callers_open_case_and_counts_once(world: World) -> None:
    world.rules(opens_cases_early=True)
    world.bring(dropped("c0", ended_s=200))
    heard(world, waited(60), caller_address=ALICE)
    world.bring(dropped())
    assert (world.case().drops, world.call("c1").case) == (2, world.case())
    assert entries(world.case()) == ["Abandoned: case opened", "Abandoned: another call joined"]


def test_a_case_that_was_opened_early_has_the_end_that_the_record_tells(world: World) -> None:
    world.rules(opens_cases_early=True)
    heard(world, waited(60), caller_address=ALICE)
    version, record = world.case().version, dropped()
    world.bring(record)
    assert world.case().last_drop_at == world.call("c1").ended_at
    assert world.case().version == version + 1
    world.bring(newer(record, AgentConnectionAttempts=2))
    assert world.case().cause == "missed_by_agent"
    assert entries(world.case())[-1] == "a newer record says Missed by agent"


def test_an_untouched_case_that_was_opened_early_is_withdrawn_when_the_record_corrects(world: World) -> None:
    world.rules(opens_cases_early=True)
    heard(world, waited(60), caller_address=ALICE)
    world.bring(answered())
    assert (world.case().state, world.case().disposition, world.case().drops) == ("closed", "withdrawn", 0)
    assert entries(world.case())[-1] == "withdrawn: the contact record says Answered"


def test_a_case_that_was_opened_early_and_taken_is_told_what_the_record_says(world: World) -> None:
    world.rules(opens_cases_early=True)
    heard(world, waited(60), caller_address=ALICE)
    assert world.case().take(Person.objects.create_user("alice"))
    world.bring(answered())
    assert world.case().state == "taken"
    assert entries(world.case())[-1] == "the contact record says Answered"


def test_the_record_may_name_another_number_and_the_case_stays_one(world: World) -> None:
    world.rules(opens_cases_early=True)
    heard(world, waited(60), caller_address=BOB)
    world.bring(dropped())
    assert world.case().drops == 1
    assert world.call("c1").case == world.case()


@pytest.mark.parametrize("at_once", [False, True])
def test_events_after_the_record_open_no_second_case(world: World, at_once: bool) -> None:
    world.rules(opens_cases_early=at_once)
    world.bring(dropped())
    heard(world, waited(60))
    judge_again()
    assert world.case().drops == 1
    assert world.alerts() == ["c1"]
    assert not world.call("c1").is_provisional


@pytest.mark.parametrize("at_once", [False, True])
def test_events_and_records_at_once_on_two_connections_leave_one_case_and_one_alert_a_call(
    world_apart: World, at_once: bool
) -> None:
    world = world_apart
    world.rules(opens_cases_early=at_once)
    names = [f"c{n}" for n in range(8)]
    work: list[Callable[[], object]] = []
    for name in names:
        work.append(lambda name=name: heard(world, waited(60), name, caller_address=ALICE))  # type: ignore[misc]
        work.append(lambda name=name: world.bring(dropped(name)))  # type: ignore[misc]
    in_threads(work)
    assert world.case().drops == len(names)
    assert world.alerts() == names
    assert not Call.objects.filter(is_provisional=True).exists()
    assert Call.objects.filter(case=world.case()).count() == len(names)


def statements(work: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as told:
        work()
    return len(told)


def test_many_drops_cost_no_more_statements_than_two(world: World) -> None:
    world.rules(opens_cases_early=True)

    def told(names: list[str]) -> list[Call]:
        first = {"instance": world.instance, "caller_address": ALICE, "channel": "VOICE"}
        more = {"initiation_method": "TRANSFER", "previous_contact_id": "first"}
        facts = msgspec.to_builtins(waited(missed={BOB_ARN: at(30)}))
        for name in names:
            Call.objects.create(contact_id=name, root_contact_id=name, stage_facts=facts, **first, **more)
        return list(Call.objects.filter(contact_id__in=names).order_by("pk"))

    Call.objects.create(instance=world.instance, contact_id="first", root_contact_id="first")
    few, many = told(["a1", "a2"]), told([f"b{n}" for n in range(30)])
    judge_early(world.instance, told(["a0"]))
    assert statements(lambda: judge_early(world.instance, few)) == statements(lambda: judge_early(world.instance, many))
    assert world.case().drops == 33


def test_many_silent_drops_cost_no_more_statements_than_two(world: World) -> None:
    def silent(names: list[str]) -> list[Call]:
        for name in names:
            heard(world, in_flow(), name)
        Call.objects.filter(contact_id__in=names).update(judge_at=at(1))
        return list(Call.objects.filter(contact_id__in=names).order_by("pk"))

    few, many = silent(["a1", "a2"]), silent([f"b{n}" for n in range(30)])
    assert statements(lambda: judge_early(world.instance, few)) == statements(lambda: judge_early(world.instance, many))
    assert len(world.alerts()) == 32


# Promises


def passed_on(contact_id: str = "c1", **more: Any) -> Record:
    return dropped(contact_id, NextContactId="c2", **more)


def leg_wait_passes(world: World) -> None:
    Call.objects.filter(contact_id="c1").update(record_arrived_at=at(901), judge_at=at(1))
    judge_again()


def test_a_promise_is_open_until_the_next_leg_comes_and_broken_when_none_has(world: World) -> None:
    world.bring(passed_on())
    assert (world.call("c1").promise, world.call("c1").is_provisional) == ("open", True)
    leg_wait_passes(world)
    assert world.call("c1").promise == "broken"
    assert world.alerts() == ["c1"]
    assert world.case().cause == "passed_on"


def test_a_promise_is_kept_when_the_record_of_the_next_leg_comes(world: World) -> None:
    world.bring(passed_on())
    world.bring(answered("c2", PreviousContactId="c1", InitialContactId="c1"))
    assert (world.call("c1").promise, world.call("c1").is_provisional) == ("kept", False)


def test_a_promise_is_kept_when_the_next_leg_is_seen_on_a_live_stream(world: World) -> None:
    world.bring(passed_on())
    heard(world, waited(60, next=NextLeg("c2", "CALLBACK", at(0))))
    judge_again()
    assert (world.call("c1").promise, world.call("c1").is_provisional) == ("kept", False)


def test_a_next_leg_that_was_seen_before_the_record_keeps_the_promise(world: World) -> None:
    leg = {"contact_id": "c2", "root_contact_id": "c1", "previous_contact_id": "c1", "initiation_method": "CALLBACK"}
    Call.objects.create(instance=world.instance, **leg)
    world.bring(passed_on())
    assert world.call("c1").promise == "kept"


def test_a_broken_promise_is_kept_after_all_where_nothing_opens_a_case(world: World) -> None:
    world.rules(preset="watch")
    world.bring(passed_on())
    leg_wait_passes(world)
    assert world.call("c1").promise == "broken"
    world.bring(answered("c2", PreviousContactId="c1", InitialContactId="c1"))
    assert world.call("c1").promise == "kept"


def test_a_broken_promise_is_taken_back_when_the_next_leg_comes_after_all(world: World) -> None:
    world.bring(passed_on())
    leg_wait_passes(world)
    world.bring(answered("c2", PreviousContactId="c1", InitialContactId="c1"))
    assert world.call("c1").promise == "kept"
    assert not Alert.objects.unseen().exists()
    assert world.case().disposition == "withdrawn"


@pytest.mark.parametrize(
    "record",
    [
        dropped(),
        answered(TransferCompletedTimestamp=now().isoformat()),
        passed_on(TransferCompletedTimestamp=now().isoformat(), TransferredToEndpoint={"Address": BOB}),
    ],
)
def test_nothing_is_promised_to_who_left_had_talked_or_went_out_of_connect(world: World, record: Record) -> None:
    world.bring(record)
    assert world.call("c1").promise == ""
