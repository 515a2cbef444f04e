"""The hint that somebody waits whose number is not known: a task by its name, because writers know no tasks."""

import time
from functools import partial

import structlog
from celery import current_app
from django.conf import settings
from django.db import transaction
from kombu.exceptions import OperationalError

log = structlog.get_logger()

OFTEN_S = 0.5
# A broker that hangs would keep the writer of each batch waiting, and its lease is short.
SILENT_S = 10
_not_before: dict[int, float] = {}


def wake_describing(instance_id: int) -> None:
    """After commit, or at once outside of a transaction; the sweep repeats a hint that is lost. Never raises."""
    transaction.on_commit(partial(_wake, instance_id))


def _wake(instance_id: int) -> None:
    now = time.monotonic()
    if now < _not_before.get(instance_id, 0):
        return
    _not_before[instance_id] = now + OFTEN_S
    try:
        current_app.send_task("calls.tasks.describe_contacts", (instance_id,), expires=settings.SWEEP_S)
    except OperationalError:
        log.warning("broker away", instance=instance_id)
        _not_before[instance_id] = time.monotonic() + SILENT_S
