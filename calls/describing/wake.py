import time
from functools import partial

from django.db import transaction

from calls.hints import hint

OFTEN_S = 0.5
_next_at: dict[int, float] = {}


def wake_describing(instance_id: int) -> None:
    """Somebody waits whose number is not known. After commit, or at once outside of a transaction; never raises."""
    transaction.on_commit(partial(_wake, instance_id))


def _wake(instance_id: int) -> None:
    """Seldom: whoever asks goes on until nobody is left, and the sweep repeats a hint that is lost."""
    now = time.monotonic()
    if now >= _next_at.get(instance_id, 0):
        _next_at[instance_id] = now + OFTEN_S
        hint("calls.tasks.describe_contacts", instance_id)
