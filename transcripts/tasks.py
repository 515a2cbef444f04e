from datetime import UTC, datetime, timedelta

from celery import shared_task

from transcripts import partitions


@shared_task
def make_partitions() -> None:
    """This month's and the next one's, ahead of the first call that needs them."""
    today = datetime.now(UTC).date()
    partitions.make_partitions([today, today.replace(day=1) + timedelta(days=32)])
