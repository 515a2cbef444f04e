"""Figures of queues as Amazon Connect counts them: asked for every 15 s, and absent where they cannot be known."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from calls.alarms import alarms
from calls.current_metrics import ask_figures, instances_to_measure
from calls.models import Call, Instance, Queue
from tests.calls.connect_api import Connect
from tests.calls.world import World

BILLING, CLAIMS = "billing", "claims"


@pytest.fixture
def measured(world: World, connect: Connect) -> World:
    Instance.objects.update(current_metrics=True)
    world.instance.refresh_from_db()
    return world


def arn(world: World, key: str) -> str:
    return f"{world.instance.arn}/queue/{key}"


def ask(world: World) -> None:
    """As if 15 s were over."""
    Instance.objects.update(metrics_asked_at=None)
    ask_figures(world.instance.pk)


def figures(world: World, key: str) -> tuple[Any, ...]:
    queue = Queue.objects.get(arn=arn(world, key))
    return queue.waiting, queue.oldest_s, queue.agents_free, queue.callbacks


def test_queues_are_found_with_their_names_and_figures(measured: World, connect: Connect) -> None:
    since = timezone.now() - timedelta(minutes=5)
    connect.counts(
        {"Arn": arn(measured, BILLING), "Name": "Billing", "waiting": 3, "oldest_since": since.isoformat()},
        {"Arn": arn(measured, CLAIMS), "Name": "Claims", "agents_free": 2, "callbacks": 4},
        {"Arn": arn(measured, "agent/bob"), "waiting": 1},
    )
    ask(measured)
    assert list(Queue.objects.order_by("name").values_list("name", flat=True)) == ["Billing", "Claims"]
    waiting, oldest_s, free, callbacks = figures(measured, BILLING)
    assert (waiting, free, callbacks) == (3, 0, 0)
    assert 300 <= oldest_s < 400  # seconds, as grouped figures are
    assert figures(measured, CLAIMS) == (0, 0, 2, 4)
    assert abs((Queue.objects.get(name="Billing").figures_at or since) - timezone.now()) < timedelta(minutes=1)


def test_a_name_that_is_told_is_put_into_the_calls_that_had_none(
    measured: World, connect: Connect, django_capture_on_commit_callbacks: Any
) -> None:
    Call.objects.create(
        instance=measured.instance, contact_id="c1", root_contact_id="c1", queue_arn=arn(measured, BILLING)
    )
    connect.counts({"Arn": arn(measured, BILLING), "Name": "Billing"})
    with django_capture_on_commit_callbacks(execute=True):
        ask(measured)
    assert measured.call("c1").queue_name == "Billing"


def test_a_queue_without_anything_to_tell_has_nobody_and_one_that_is_gone_has_no_figures(
    measured: World, connect: Connect
) -> None:
    connect.counts({"Arn": arn(measured, BILLING), "Name": "Billing", "waiting": 3})
    Queue.objects.create(
        instance=measured.instance, arn=arn(measured, "gone"), waiting=7, figures_at=timezone.now(), name="Gone"
    )
    ask(measured)
    connect.counts({"Arn": arn(measured, BILLING), "waiting": 0})
    ask(measured)
    assert figures(measured, BILLING) == (0, 0, 0, 0)
    assert figures(measured, "gone") == (None, None, None, None)


def test_each_instance_is_asked_every_15_s_and_only_if_it_wants(measured: World, connect: Connect) -> None:
    connect.counts({"Arn": arn(measured, BILLING)})
    assert instances_to_measure() == [measured.instance.pk]
    for _ in range(2):
        ask_figures(measured.instance.pk)
    assert (connect.count("GetCurrentMetricData"), instances_to_measure()) == (1, [])
    Instance.objects.update(metrics_asked_at=timezone.now() - timedelta(seconds=16))
    assert instances_to_measure() == [measured.instance.pk]
    Instance.objects.update(current_metrics=False)
    ask_figures(measured.instance.pk)
    assert (connect.count("GetCurrentMetricData"), instances_to_measure()) == (1, [])


def test_a_hundred_queues_are_asked_about_at_a_time(
    measured: World, connect: Connect, django_assert_max_num_queries: Any
) -> None:
    connect.counts(*({"Arn": arn(measured, f"q{n:04}"), "waiting": n + 1} for n in range(1250)))
    with django_assert_max_num_queries(20):
        ask(measured)
    assert (connect.count("ListQueues"), connect.count("GetCurrentMetricData")) == (2, 13)
    assert figures(measured, "q0000")[0] == 1
    assert figures(measured, "q1249")[0] == 1250


def test_without_the_right_to_list_queues_those_that_records_named_are_asked_about(
    measured: World, connect: Connect
) -> None:
    for key in (BILLING, "agent/bob"):
        Queue.objects.create(instance=measured.instance, arn=arn(measured, key), name=key)
        connect.counts({"Arn": arn(measured, key), "waiting": 2})
    connect.rules(denied=["ListQueues"])
    ask(measured)
    assert (figures(measured, BILLING)[0], figures(measured, "agent/bob")[0]) == (2, None)
    assert Instance.objects.get().metrics_trouble == "Queues are not listed: AccessDeniedException"


@pytest.mark.parametrize("code", ["AccessDeniedException", "TooManyRequestsException", "InternalServiceException"])
def test_trouble_is_told_and_over_with_the_next_answer(measured: World, connect: Connect, code: str) -> None:
    connect.counts({"Arn": arn(measured, BILLING), "waiting": 3})
    ask(measured)
    connect.counts({"Arn": arn(measured, BILLING), "waiting": 5})
    connect.fault(operation="GetCurrentMetricData", error=code)
    ask(measured)
    assert Instance.objects.get().metrics_trouble == f"GetCurrentMetricData: {code}"
    assert [alarm.about for alarm in alarms() if alarm.kind == "connect"] == ["acme"]
    assert figures(measured, BILLING)[0] == 3  # as of figures_at
    ask(measured)
    assert (Instance.objects.get().metrics_trouble, figures(measured, BILLING)[0]) == ("", 5)
