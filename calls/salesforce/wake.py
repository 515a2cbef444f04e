"""The hint to the mirror that an org has cases waiting: a task by its name, because models know no tasks."""

import time
from functools import partial

import structlog
from celery import current_app
from django.conf import settings
from django.db import transaction
from kombu.exceptions import OperationalError

log = structlog.get_logger()

# A broker that hangs would keep the writer of each batch waiting, and its lease is short.
SILENT_S = 10
_silent_until = 0.0


def wake_mirror(org_id: int | None) -> None:
    """After commit, at once rather than with the next sweep, which repeats a hint that is lost."""
    if org_id is not None:
        transaction.on_commit(partial(_wake, org_id))


def _wake(org_id: int) -> None:
    global _silent_until
    if time.monotonic() < _silent_until:
        return
    try:
        current_app.send_task("calls.tasks.mirror_cases", (org_id,), expires=settings.SWEEP_S)
    except OperationalError:
        log.warning("broker away", org=org_id)
        _silent_until = time.monotonic() + SILENT_S
