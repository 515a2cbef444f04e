"""Hints to the workers: tasks by their names, because neither models nor writers know them."""

import time

import structlog
from celery import current_app
from django.conf import settings
from kombu.exceptions import OperationalError

log = structlog.get_logger()

# A broker that hangs would keep the writer of each batch waiting, and its lease is short.
SILENT_S = 10
_silent_until = 0.0


def hint(task: str, about: int) -> None:
    """Ask for what a sweep asks for anyway, only sooner. Never raises."""
    global _silent_until
    if time.monotonic() < _silent_until:
        return
    try:
        current_app.send_task(task, (about,), expires=settings.SWEEP_S)
    except OperationalError:
        log.warning("broker away", task=task, about=about)
        _silent_until = time.monotonic() + SILENT_S
