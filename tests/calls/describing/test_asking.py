"""Numbers of callers who wait are asked of Amazon Connect: once each, who waits first; a record has the last word."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.utils import timezone

from calls.alarms import alarms
from calls.describing.asking import describe_contacts, describing_backlog, instances_to_describe
from calls.models import Alert, Call, Caller, Instance, Stage
from calls.sweeps import sweep_calls
from tests.calls.connect_api import Connect
from tests.calls.describing.conftest import Ring
from tests.calls.stages.events import at, contact_event, queue_info
from tests.calls.world import ALICE, BOB, World, dropped, now
from tests.journeys.stack import until


def describe(world: World) -> None:
    describe_contacts(world.instance.pk)


def describe_apart(world: World) -> None:
    try:
        describe(world)
    finally:
        connection.close()


def instance() -> Instance:
    return Instance.objects.get()


def test_the_number_of_a_caller_who_waits_is_known_and_so_is_the_caller(asking: World, ring: Ring) -> None:
    caller = Caller.objects.create(instance=asking.instance, key=ALICE)
    ring("c1", caller=ALICE)
    describe(asking)
    call = asking.call("c1")
    assert (call.caller_address, call.caller) == (ALICE, caller)


def test_each_contact_is_asked_about_once_whatever_came(asking: World, ring: Ring, connect: Connect) -> None:
    ring("known", caller=ALICE)
    ring("withheld", caller="anonymous")
    ring("unknown to Amazon Connect")
    describe(asking)
    describe(asking)
    assert sorted(connect.asked) == ["known", "unknown to Amazon Connect", "withheld"]
    assert list(Call.objects.exclude(caller_address="").values_list("contact_id", flat=True)) == ["known"]
    assert describing_backlog(instance()) == 0


def test_who_waits_is_asked_about_first_then_the_flow_then_the_others(
    asking: World, ring: Ring, connect: Connect
) -> None:
    Instance.objects.update(describe_per_s=1)
    for contact_id, stage in (("talks", "talking"), ("flow", "flow"), ("rings", "ringing"), ("waits", "waiting")):
        ring(contact_id, Stage(stage), caller=ALICE)
    for _ in range(4):
        Instance.objects.update(describe_tokens=1, describe_filled_at=now() + timedelta(hours=1))
        describe(asking)
    assert connect.asked == ["rings", "waits", "flow", "talks"]


@pytest.mark.parametrize(
    "known",
    [
        {"caller_address": BOB},
        {"is_live": False, "stage": Stage.ENDED},
        {"channel": "CHAT"},
        {"record": {"ContactId": "c1"}, "is_live": False},
    ],
)
def test_nobody_is_asked_about_needlessly(
    asking: World, ring: Ring, connect: Connect, known: dict[str, object]
) -> None:
    ring("c1", caller=ALICE, **known)
    assert (describing_backlog(instance()), instances_to_describe()) == (0, [])
    describe(asking)
    assert connect.asked == []


def test_an_instance_that_does_not_want_it_is_not_asked(asking: World, ring: Ring, connect: Connect) -> None:
    ring("c1", caller=ALICE)
    Instance.objects.update(describe_contacts=False)
    assert instances_to_describe() == []
    describe(asking)
    assert connect.asked == []


def test_it_learns_what_lost_events_would_have_told(asking: World, ring: Ring, connect: Connect) -> None:
    began_at = timezone.now().replace(microsecond=0) - timedelta(minutes=2)
    ring("c1", Stage.FLOW, caller=ALICE, channel="", began_at=timezone.now(), is_began_estimated=True)
    asking.stream.instance.queues.create(arn=f"{asking.instance.arn}/queue/billing", name="Billing")
    connect.knows(
        "c1",
        InitiationMethod="INBOUND",
        InitiationTimestamp=began_at.isoformat(),
        SystemEndpoint={"Type": "TELEPHONE_NUMBER", "Address": "+18005550199"},
        QueueInfo={"Id": "billing", "EnqueueTimestamp": (began_at + timedelta(seconds=30)).isoformat()},
    )
    describe(asking)
    call = asking.call("c1")
    assert (call.channel, call.initiation_method, call.dialled_address) == ("VOICE", "INBOUND", "+18005550199")
    assert (call.began_at, call.is_began_estimated) == (began_at, False)
    assert (call.stage, call.queue_name, call.enqueued_at) == ("waiting", "Billing", began_at + timedelta(seconds=30))


def test_a_lost_end_is_healed_and_the_drop_alerts_with_its_number(asking: World, ring: Ring, connect: Connect) -> None:
    call = ring("c1", caller=ALICE)
    began_at = timezone.now() - timedelta(minutes=2)
    connect.knows(
        "c1",
        InitiationMethod="INBOUND",
        InitiationTimestamp=began_at.isoformat(),
        QueueInfo={"Id": "billing", "EnqueueTimestamp": began_at.isoformat()},
        DisconnectTimestamp=(began_at + timedelta(minutes=1)).isoformat(),
    )
    describe(asking)
    call.refresh_from_db()
    assert (call.is_live, call.stage, call.outcome, call.is_provisional) == (False, "ended", "abandoned", True)
    assert Alert.objects.get().call == call


def grow_silent() -> None:
    Call.objects.update(last_heard_at=now() - timedelta(minutes=11))
    sweep_calls()


def test_who_is_silent_is_asked_about_anew_and_a_lost_end_is_healed(asking: World, connect: Connect) -> None:
    connect.knows("c1", ALICE)
    asking.bring(contact_event("QUEUED", 10, **queue_info(10)))
    describe(asking)
    connect.knows("c1", BOB, DisconnectTimestamp=at(60).isoformat())
    describe(asking)
    assert asking.call("c1").is_live
    grow_silent()
    describe(asking)
    call = asking.call("c1")
    assert (connect.asked, call.is_live, call.ended_at, call.caller_address) == (["c1", "c1"], False, at(60), ALICE)


def test_each_silence_is_asked_about_once_and_an_answer_ends_it(asking: World, connect: Connect) -> None:
    connect.knows("known", ALICE)
    for contact_id in ("known", "unknown"):
        asking.bring(contact_event("QUEUED", 10, contact_id, **queue_info(10)))
    describe(asking)
    for _ in range(2):
        grow_silent()
        describe(asking)
        sweep_calls()
        describe(asking)
        assert dict(Call.objects.values_list("contact_id", "is_silent")) == {"known": False, "unknown": True}
    assert sorted(connect.asked) == ["known"] * 3 + ["unknown"] * 2


def test_nobody_who_waits_unknown_waits_for_the_silent_ones(asking: World, ring: Ring, connect: Connect) -> None:
    Instance.objects.update(describe_per_s=1, describe_tokens=1, describe_filled_at=now() + timedelta(hours=1))
    ring("silent", caller=ALICE, is_silent=True)
    ring("talks", Stage.TALKING, caller=ALICE)
    describe(asking)
    assert connect.asked == ["talks"]


def test_the_drop_of_a_caller_whose_number_is_learned_later_opens_its_case_at_once_if_the_policy_says_so(
    asking: World, connect: Connect
) -> None:
    asking.rules(opens_cases_early=True)
    asking.bring(contact_event("QUEUED", 10, **queue_info(10)))
    connect.knows("c1", ALICE, DisconnectTimestamp=at(60).isoformat())
    describe(asking)
    assert (asking.case().phone, asking.call("c1").caller and asking.call("c1").outcome) == (ALICE, "abandoned")


def test_a_contact_record_that_comes_before_the_answer_wins(world_apart: World, connect: Connect) -> None:
    Instance.objects.update(describe_contacts=True)
    Call.objects.create(instance=world_apart.instance, contact_id="c1", root_contact_id="c1", is_live=True)
    connect.knows("c1", ALICE)
    connect.fault(latency_ms=1500)
    asking = threading.Thread(target=describe_apart, args=[world_apart])
    asking.start()
    until(lambda: connect.asked, "Amazon Connect is asked")
    world_apart.bring(dropped("c1", caller=BOB))
    asking.join()
    call = world_apart.call("c1")
    assert (call.caller_address, call.caller and call.caller.key, call.is_live) == (BOB, BOB, False)


def test_one_asks_at_a_time_and_a_dead_ones_claim_runs_out(asking: World, ring: Ring, connect: Connect) -> None:
    ring("c1", caller=ALICE)
    Instance.objects.update(describing_until=timezone.now() + timedelta(minutes=1))
    describe(asking)
    assert (connect.asked, instances_to_describe()) == ([], [])
    Instance.objects.update(describing_until=timezone.now())
    assert instances_to_describe() == [asking.instance.pk]
    describe(asking)
    assert (connect.asked, instance().describing_until) == (["c1"], None)


# Refusals


def test_what_is_throttled_stays_to_be_asked(asking: World, ring: Ring, connect: Connect) -> None:
    ring("c1", caller=ALICE)
    connect.fault(operation="DescribeContact", error="TooManyRequestsException")
    connect.fault(operation="DescribeContact", error="ThrottlingException")
    describe(asking)
    assert (connect.asked, asking.call("c1").caller_address) == (["c1", "c1", "c1"], ALICE)
    assert instance().describe_trouble == ""


def test_without_the_right_it_says_so_and_asks_again_after_five_minutes(
    asking: World, ring: Ring, connect: Connect
) -> None:
    ring("c1", caller=ALICE)
    connect.rules(denied=["DescribeContact"])
    describe(asking)
    assert (instance().describe_trouble, instance().tells_numbers) == ("DescribeContact: AccessDeniedException", False)
    assert [(alarm.kind, alarm.about) for alarm in alarms() if alarm.kind == "connect"] == [("connect", "acme")]
    describe(asking)
    assert (connect.asked, instances_to_describe(), describing_backlog(instance())) == (["c1"], [], 1)
    pause = (instance().describe_filled_at or now()) - now()
    assert timedelta(minutes=4) < pause <= timedelta(minutes=5)
    connect.rules()
    Instance.objects.update(describe_filled_at=timezone.now() - timedelta(seconds=1))
    describe(asking)
    assert (asking.call("c1").caller_address, instance().describe_trouble, instance().tells_numbers) == (
        ALICE,
        "",
        True,
    )


def test_one_that_is_never_answered_keeps_nobody_else_waiting(asking: World, ring: Ring, connect: Connect) -> None:
    Instance.objects.update(describe_per_s=1, describe_tokens=1)
    ring("c1", caller=ALICE)
    ring("c2", caller=BOB)
    connect.fault(operation="DescribeContact", error="InternalServiceException")
    describe(asking)
    assert connect.asked == ["c1", "c2"]
    assert (asking.call("c1").described_at, asking.call("c2").caller_address) == (None, BOB)
    describe(asking)
    assert asking.call("c1").caller_address == ALICE


def test_amazon_connect_away_is_trouble_and_nothing_is_lost(
    asking: World, ring: Ring, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    ring("c1", caller=ALICE)
    there = os.environ["AWS_ENDPOINT_URL_CONNECT"]
    monkeypatch.setenv("AWS_ENDPOINT_URL_CONNECT", "http://127.0.0.1:1")
    describe(asking)
    assert instance().describe_trouble == "DescribeContact: EndpointConnectionError"
    monkeypatch.setenv("AWS_ENDPOINT_URL_CONNECT", there)
    describe(asking)
    assert (asking.call("c1").caller_address, instance().describe_trouble) == (ALICE, "")


# Processes


ASK = "import django; django.setup(); from calls.describing.asking import describe_contacts; describe_contacts({})"


def asker(world: World) -> subprocess.Popen[str]:
    database = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
    return subprocess.Popen(
        [sys.executable, "-c", ASK.format(world.instance.pk)],
        env=os.environ | {"DATABASE_URL": database},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def test_a_worker_killed_between_question_and_answer_loses_nothing(world_apart: World, connect: Connect) -> None:
    Instance.objects.update(describe_contacts=True)
    Call.objects.create(
        instance=world_apart.instance, contact_id="c1", root_contact_id="c1", is_live=True, stage=Stage.WAITING
    )
    connect.knows("c1", ALICE)
    connect.fault(latency_ms=3000)
    with asker(world_apart) as process:
        until(lambda: connect.asked, "Amazon Connect is asked")
        process.kill()
    assert world_apart.call("c1").caller_address == ""
    Instance.objects.update(describing_until=timezone.now())  # as its claim runs out
    assert instances_to_describe() == [world_apart.instance.pk]
    describe(world_apart)
    assert (world_apart.call("c1").caller_address, instances_to_describe()) == (ALICE, [])


def test_numbers_are_in_no_log(world_apart: World, connect: Connect) -> None:
    Instance.objects.update(describe_contacts=True, describe_per_s=50)
    for contact_id in ("c1", "c2", "c3"):
        Call.objects.create(
            instance=world_apart.instance, contact_id=contact_id, root_contact_id=contact_id, is_live=True
        )
        connect.knows(contact_id, ALICE)
    connect.fault(operation="DescribeContact", error="TooManyRequestsException")
    with asker(world_apart) as process:
        told = process.communicate(timeout=60)[0]
    assert set(Call.objects.values_list("caller_address", flat=True)) == {ALICE}
    assert "TooManyRequestsException" in told
    assert ALICE.removeprefix("+1") not in told
