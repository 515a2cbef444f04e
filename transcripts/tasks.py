from datetime import UTC, datetime

from celery import shared_task

from calls.models import Sweep
from transcripts import partitions


@shared_task
def keep_partitions() -> None:
    """By the day in UTC, as calls are filed."""
    today = datetime.now(UTC).date()
    partitions.make_ahead(today)
    partitions.drop_expired(today)
    Sweep.note("partitions")
