"""Dead letters brought in again, once what was wrong has been put right."""

import time
from collections.abc import Iterable

import structlog
from django.db import OperationalError, transaction
from django.utils import timezone

from calls.models import DeadLetter

from .writer import write

log = structlog.get_logger()

SLICE_S = 8


def replay(letters: Iterable[DeadLetter]) -> tuple[int, int]:
    """How many are in now, and how many still cannot be used: those stay, with their count raised."""
    replayed = unusable = 0
    for letter in letters:
        if write(letter.stream, [(bytes(letter.data), letter.first_seen_at)]):
            unusable += 1
        else:
            DeadLetter.objects.filter(pk=letter.pk).update(replayed_at=timezone.now())
            replayed += 1
    return replayed, unusable


def replay_asked() -> None:
    """Some of those that somebody wants replayed, those who asked first before the others, for a bounded time."""
    ends_at = time.monotonic() + SLICE_S
    while time.monotonic() < ends_at and _replay_next():
        pass


@transaction.atomic
def _replay_next() -> bool:
    letter = _next()
    if letter is None:
        return False
    DeadLetter.objects.filter(pk=letter.pk).update(replay_asked_at=None)
    try:
        with transaction.atomic():
            replay([letter])
    except OperationalError:
        raise  # rolled back, and still asked for
    except Exception as error:
        # A fault of ours: who waits behind this letter is not to wait for ever.
        log.error("replay", letter=letter.pk, error=type(error).__name__)
    return True


def _next() -> DeadLetter | None:
    """Locked: of two workers each has its own."""
    asked = DeadLetter.objects.filter(replay_asked_at__isnull=False).select_related("stream__instance")
    return asked.order_by("replay_asked_at", "pk").select_for_update(skip_locked=True, of=("self",)).first()
