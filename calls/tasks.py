"""Tasks take ids, hold no rules, and may run twice or never: a sweep repeats what was lost."""

import socket
import threading
import uuid
from contextlib import closing

import structlog
from botocore.exceptions import BotoCoreError, ClientError
from celery import shared_task
from celery.signals import worker_shutting_down
from django.conf import settings
from django.db.models import F, Q
from django.db.models.functions import Now
from kombu.exceptions import OperationalError

from calls.intake import judge_again
from calls.models import SalesforceOrg, Shard, Stream
from calls.models.moments import in_seconds
from calls.salesforce.mirror import mirror_pending, orgs_due
from calls.silence import end_silent_calls
from calls.streams.kinesis import kinesis_for, list_shards
from calls.streams.reader import read_slice, stopping

log = structlog.get_logger()

LIST_EVERY_S = 30
RETRY_S = 5
UNLISTED = "Kinesis does not list the shards"


@worker_shutting_down.connect
def stop_reading(**_: object) -> None:
    stopping.set()


@shared_task
def read_shard(shard_id: int) -> None:
    owner = f"{socket.gethostname()[:30]}:{threading.get_ident()}:{uuid.uuid4().hex[:8]}"
    if read_slice(shard_id, owner):
        _enqueue(shard_id)


@shared_task
def sweep_shards() -> None:
    _read_unattended()
    # After the readers: a Kinesis that does not answer keeps nobody waiting.
    due = Q(listed_at__isnull=True) | Q(listed_at__lt=in_seconds(-LIST_EVERY_S))
    for stream in Stream.objects.filter(due, is_stopped=False).select_related("instance"):
        if Stream.objects.filter(due, pk=stream.pk).update(listed_at=Now()):
            _list(stream)
            _read_unattended()


def _read_unattended() -> None:
    for shard in Shard.objects.unattended().order_by(F("newest_at").asc(nulls_first=True)):
        if shard.claim_for_queue():
            _enqueue(shard.pk)


def _list(stream: Stream) -> None:
    try:
        with closing(kinesis_for(stream.instance)) as client:
            list_shards(client, stream)
    except ClientError as error:
        trouble = f"{UNLISTED}: {error.response.get('Error', {}).get('Code', '')}"
    except BotoCoreError as error:
        trouble = f"{UNLISTED}: {type(error).__name__}"
    else:
        Stream.objects.filter(pk=stream.pk, trouble__startswith=UNLISTED).update(trouble="")
        return
    again = in_seconds(RETRY_S - LIST_EVERY_S)
    Stream.objects.filter(pk=stream.pk).update(trouble=trouble, listed_at=again)


def _enqueue(shard_id: int) -> None:
    try:
        read_shard.apply_async((shard_id,), expires=settings.LEASE_S * 2)
    except OperationalError:
        log.warning("broker away", shard=shard_id)  # the sweep asks again


@shared_task
def sweep_mirror() -> None:
    for org_id in orgs_due():
        mirror_cases.delay(org_id)


@shared_task
def mirror_cases(org_id: int) -> None:
    mirror_pending(SalesforceOrg.objects.get(pk=org_id))


@shared_task
def sweep_calls() -> None:
    end_silent_calls()
    judge_again()
