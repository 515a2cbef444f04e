"""What tests of readers do, written once."""

import json
import threading
import time
from collections.abc import Callable

from django.conf import settings
from mypy_boto3_kinesis import KinesisClient

from calls.models import Call, Shard
from calls.streams import reader
from tests.calls.world import dropped

NAME = "acme-contact-records"


def put(kinesis: KinesisClient, *contact_ids: str) -> None:
    for contact_id in contact_ids:
        kinesis.put_record(StreamName=NAME, PartitionKey="k", Data=json.dumps(dropped(contact_id)).encode())


def read_slice(shard_pk: int, owner: str) -> bool:
    """As in a turn, of this shard, if nobody else reads it; whether a reader should follow at once."""
    shard = Shard.objects.get(pk=shard_pk)
    return shard.take_lease(owner) and reader.read(shard, time.monotonic() + settings.READ_SLICE_S)


def known() -> list[str]:
    return sorted(Call.objects.values_list("contact_id", flat=True))


class StopWhen(threading.Event):
    """A stop signal that is given once something is so: asked by the reader between two reads."""

    def __init__(self, so: Callable[[], bool]) -> None:
        super().__init__()
        self.so = so

    def is_set(self) -> bool:
        return self.so()


def stop_when(so: Callable[[], bool]) -> None:
    reader.stopping = StopWhen(so)
