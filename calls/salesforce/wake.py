"""The hint to the mirror that an org has cases waiting: a task by its name, because models know no tasks."""

from functools import partial

import structlog
from celery import current_app
from django.conf import settings
from django.db import transaction
from kombu.exceptions import OperationalError

log = structlog.get_logger()


def wake_mirror(org_id: int | None) -> None:
    """After commit, at once rather than with the next sweep, which repeats a hint that is lost."""
    if org_id is not None:
        transaction.on_commit(partial(_wake, org_id))


def _wake(org_id: int) -> None:
    try:
        current_app.send_task("calls.tasks.mirror_cases", (org_id,), expires=settings.SWEEP_S)
    except OperationalError:
        log.warning("broker away", org=org_id)
