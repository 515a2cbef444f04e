"""Tasks take ids, hold no rules, and may run twice or never: a sweep repeats what was lost."""

import threading
from functools import partial

import structlog
from celery import shared_task
from celery.signals import worker_init, worker_shutting_down
from django.conf import settings
from kombu.exceptions import OperationalError

from calls import current_metrics, sweeps
from calls.backfill.work import attend_next
from calls.describing import asking
from calls.hints import hint
from calls.models import Shard
from calls.notifying import delivering
from calls.stages import from_record
from calls.streams.reader import stopping
from calls.streams.turn import prepare, take_turn

log = structlog.get_logger()

# A worker that stops may still hear one message and keep it until it has ended, so one more is sent than are meant.
_spare = threading.Semaphore()


@worker_init.connect
def prepare_to_read(**_: object) -> None:
    prepare()


@worker_shutting_down.connect
def stop_reading(**_: object) -> None:
    stopping.set()


@shared_task
def read_shard(shard_id: int) -> None:
    """A turn for a slot. It was asked for because this shard waited; the most urgent one gets it."""
    if stopping.is_set():
        _ask_for_a_turn(shard_id)  # it came too late, and is for another worker
        return
    follower = take_turn()
    while follower and not _ask_for_a_turn(follower):
        follower = take_turn()  # nobody else hears of it while the broker is away
    if follower and stopping.is_set() and _spare.acquire(blocking=False):
        _ask_for_a_turn(follower)


def _ask_for_a_turn(shard_id: int) -> bool:
    """As long as this message lives, no sweep sends another for the shard."""
    try:
        read_shard.apply_async((shard_id,), expires=settings.LEASE_S)
    except OperationalError:
        log.warning("broker away", shard=shard_id)
        Shard.objects.filter(pk=shard_id).update(queued_at=None)
        return False
    return True


@shared_task
def sweep_shards() -> None:
    sweeps.sweep_shards(_ask_for_a_turn)


@shared_task
def sweep_mirror() -> None:
    sweeps.sweep_mirror(mirror_cases.delay)


@shared_task
def mirror_cases(org_id: int) -> None:
    sweeps.mirror_cases(org_id)


@shared_task
def sweep_calls() -> None:
    sweeps.sweep_calls()


@shared_task
def sweep_connect() -> None:
    sweeps.sweep_connect(partial(hint, "calls.tasks.ask_figures"), partial(hint, "calls.tasks.describe_contacts"))


@shared_task
def sweep_alerts() -> None:
    sweeps.sweep_alerts()


@shared_task
def sweep_rates() -> None:
    sweeps.sweep_rates()


@shared_task
def sweep_deliveries() -> None:
    sweeps.sweep_deliveries(partial(hint, "calls.tasks.deliver_alerts"))


@shared_task
def sweep_owed() -> None:
    sweeps.sweep_owed()


@shared_task
def deliver_alerts(channel_id: int) -> None:
    delivering.deliver_alerts(channel_id)


@shared_task
def ask_figures(instance_id: int) -> None:
    current_metrics.ask_figures(instance_id)


@shared_task
def describe_contacts(instance_id: int) -> None:
    asking.describe_contacts(instance_id)


@shared_task
def fill_from_records() -> None:
    from_record.fill_from_records()


@shared_task
def sweep_dead_letters() -> None:
    sweeps.sweep_dead_letters()


@shared_task
def attend_backfills() -> None:
    attend_next()
