"""Whoever writes what the streams tell only gives a hint; workers ask, on hints or at a sweep."""

from __future__ import annotations

import os
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
import redis
from celery import Celery
from django.conf import settings
from pytest_django import DjangoCaptureOnCommitCallbacks

from calls.models import Call, Instance, Stage
from tests.calls.connect_api import Connect
from tests.calls.programs import Programs, programs, shard
from tests.calls.stages.events import contact_event, queue_info
from tests.calls.world import ALICE, BOB, World
from tests.journeys.stack import until

__all__ = ["programs", "shard"]


def waits(world: World, contact_id: str) -> Call:
    return Call.objects.create(
        instance=world.instance, contact_id=contact_id, root_contact_id=contact_id, is_live=True, stage=Stage.WAITING
    )


def tell(programs: Programs, task: str, *arguments: object) -> None:
    with Celery("tests", broker=f"redis+socket://{urlsplit(programs.redis.url).path}", set_as_current=False) as app:
        app.send_task(task, arguments)


@pytest.fixture
def broker() -> Iterator[redis.Redis]:
    with redis.Redis.from_url(settings.REDIS_URL) as broker:
        broker.delete("celery")
        yield broker
        broker.delete("celery")


@pytest.mark.parametrize(("is_asked", "hints"), [(True, 1), (False, 0)])
def test_a_caller_who_comes_to_wait_wakes_a_worker_once(
    world: World,
    broker: redis.Redis,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    is_asked: bool,
    hints: int,
) -> None:
    Instance.objects.update(describe_contacts=is_asked)
    world.stream.refresh_from_db()
    with django_capture_on_commit_callbacks(execute=True):
        for contact_id in ("c1", "c2", "c3"):
            world.bring(contact_event("QUEUED", 10, contact_id, **queue_info(10)))
        assert broker.llen("celery") == 0  # not before the commit
    told = [b"calls.tasks.describe_contacts" in task for task in broker.lrange("celery", 0, -1)]
    assert told == [True] * hints


def test_workers_ask_on_a_hint_and_at_a_sweep(world_apart: World, connect: Connect, programs: Programs) -> None:
    Instance.objects.update(describe_contacts=True, current_metrics=True)
    connect.knows("hinted", ALICE)
    connect.knows("swept", BOB)
    programs.redis.start()
    programs.start("worker", AWS_ENDPOINT_URL_CONNECT=os.environ["AWS_ENDPOINT_URL_CONNECT"])
    until(lambda: programs.times("worker", "Connected to"), "the worker listens")
    waits(world_apart, "hinted")
    tell(programs, "calls.tasks.describe_contacts", world_apart.instance.pk)
    until(lambda: world_apart.call("hinted").caller_address == ALICE, "the number is known")
    waits(world_apart, "swept")
    tell(programs, "calls.tasks.sweep_connect")
    until(lambda: world_apart.call("swept").caller_address == BOB, "the number is known")
    until(lambda: connect.count("ListQueues"), "figures are asked for")
