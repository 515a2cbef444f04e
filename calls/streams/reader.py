"""One slice of one shard: leased, read, written, handed on."""

from __future__ import annotations

import threading
import time
from contextlib import ExitStack, closing
from datetime import UTC
from typing import TYPE_CHECKING, Any

import structlog
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from django.db.models import F
from django.db.models.functions import Now

from calls.models import Instance, Shard, Stream

from .brake import Brake
from .kinesis import iterator, kinesis_for
from .writer import LeaseLost, write

if TYPE_CHECKING:
    from mypy_boto3_kinesis import KinesisClient
    from mypy_boto3_kinesis.type_defs import GetRecordsOutputTypeDef

log = structlog.get_logger()

LIMIT = 1000
BACKLOG_S = 2  # so long a shard with a backlog keeps its slot though others wait
THROTTLED = ("ProvisionedThroughputExceededException", "LimitExceededException", "KMSThrottlingException")

# Set when the worker is to stop: slices end at the next read.
stopping = threading.Event()


class Clients(ExitStack):
    """A client for each instance, closed with this: making one takes longer than a read."""

    def __init__(self) -> None:
        super().__init__()
        self.made: dict[int, KinesisClient] = {}

    def of(self, instance: Instance) -> KinesisClient:
        if instance.pk not in self.made:
            self.made[instance.pk] = self.enter_context(closing(kinesis_for(instance)))
        return self.made[instance.pk]


def read_slice(shard_pk: int, owner: str) -> bool:
    """Read this shard for a bounded time, if nobody else does; whether a reader should follow at once."""
    shard = Shard.objects.filter(pk=shard_pk).first()
    if shard is None or not shard.take_lease(owner):
        return False
    with Clients() as clients:
        return read(shard, clients)


def read(shard: Shard, clients: Clients, ends_at: float | None = None) -> bool:
    """Read a shard that is ours until then, by the monotonic clock, or until others need the slot more.

    Whether a reader should follow at once.
    """
    try:
        return Slice(shard, clients.of(shard.stream.instance), ends_at).run()
    except LeaseLost:
        log.info("lease lost", shard=shard.pk)
        return False
    except (OperationalError, InterfaceError) as error:
        # Deadlock, time-out, connection, disk: the batch was rolled back, and is read again from the checkpoint.
        log.warning("database", shard=shard.pk, state=getattr(error.__cause__, "sqlstate", None))
        connection.close()
        return shard.hand_on()
    except Exception as error:
        Stream.objects.filter(pk=shard.stream_id).update(trouble=f"The reader failed: {type(error).__name__}")
        raise


class Slice:
    """A lease in use. Every write is fenced by it."""

    def __init__(self, shard: Shard, client: KinesisClient, ends_at: float | None) -> None:
        self.shard = shard
        self.client = client
        self.stream = shard.stream
        self.began_at = self.held_at = time.monotonic()
        self.ends_at = ends_at or self.began_at + settings.READ_SLICE_S
        self.look_around_at = self.began_at
        self.is_caught_up = False
        self.unnoted: dict[str, Any] = {}  # what an empty read says, until the next renewal

    def run(self) -> bool:
        position: str | None = None
        while not stopping.is_set():
            began = time.monotonic()
            try:
                position = position or iterator(self.client, self.shard)
                position = self._take(self.client.get_records(ShardIterator=position, Limit=LIMIT))
                if position is None:
                    # Its children may not be known yet.
                    Stream.objects.filter(pk=self.stream.pk).update(listed_at=None)
                    return False
                self._note_trouble("")
            except ClientError as error:
                position = self._after(error, position)
            except BotoCoreError as error:
                self._trouble(f"Kinesis does not answer: {type(error).__name__}")
            if self._is_over():
                break
            if self._makes_way():
                return self.shard.release(**self.unnoted)
            stopping.wait(max(0.0, began + self.stream.poll_ms / 1000 - time.monotonic()))
        return self._give_back()

    def _is_over(self) -> bool:
        return stopping.is_set() or time.monotonic() >= self.ends_at

    def _makes_way(self) -> bool:
        """Whether others wait for a slot that this shard can spare. Asked at the beginning and with each renewal."""
        now = time.monotonic()
        has_backlog = not self.is_caught_up and not self.stream.trouble
        if now < self.look_around_at or (has_backlog and now < self.began_at + BACKLOG_S):
            return False
        self.look_around_at = now + self._renew_s()
        return Shard.objects.overdue(self.stream.poll_ms).exists()

    def _take(self, answer: GetRecordsOutputTypeDef) -> str | None:
        """Write what was read; where to go on, None at a closed shard's end."""
        records = answer["Records"]
        position = answer.get("NextShardIterator")
        progress: dict[str, Any] = {"read_at": Now(), "behind_ms": answer.get("MillisBehindLatest", 0)}
        self.is_caught_up = not progress["behind_ms"]
        if position is None:
            progress["is_ended"] = True
        if records:
            progress |= {
                "checkpoint": records[-1]["SequenceNumber"],
                "newest_at": records[-1]["ApproximateArrivalTimestamp"].astimezone(UTC),
                "records": F("records") + len(records),
            }
            arrived = [(each["Data"], each["ApproximateArrivalTimestamp"].astimezone(UTC)) for each in records]
            brake = Brake(self.shard, len(arrived))
            write(self.stream, arrived, lambda **noted: self.shard.hold(**progress, **noted), brake)
            self.shard.checkpoint = records[-1]["SequenceNumber"]
        elif position is None or time.monotonic() - self.held_at >= self._renew_s():
            if not self.shard.hold(**progress):
                raise LeaseLost
        else:
            self.unnoted = progress
            return position
        self.held_at, self.unnoted = time.monotonic(), {}
        return position

    def _renew_s(self) -> float:
        """Often enough for the lease, and for the page to say how old its data is."""
        return float(min(settings.LEASE_RENEW_S, 1.0))

    def _after(self, error: ClientError, position: str | None) -> str | None:
        """Where to go on after Amazon's refusal; None asks for a new iterator at the checkpoint."""
        code = error.response.get("Error", {}).get("Code", "")
        if code in THROTTLED:
            self._hold()
            return position
        if code == "ExpiredIteratorException":
            return None
        self._trouble(f"Kinesis refuses: {code}")
        return None

    def _trouble(self, words: str) -> None:
        self._hold()
        self._note_trouble(words)
        stopping.wait(1)

    def _hold(self) -> None:
        if not self.shard.hold():
            raise LeaseLost
        self.held_at = time.monotonic()

    def _note_trouble(self, words: str) -> None:
        if self.stream.trouble != words:
            log.warning("stream", stream=self.stream.pk, trouble=words or "over")
        if words or self.stream.trouble:  # the reader of another shard may have taken it back
            Stream.objects.filter(pk=self.stream.pk).update(trouble=words)
            self.stream.trouble = words

    def _give_back(self) -> bool:
        if stopping.is_set():
            return self.shard.release(**self.unnoted)
        return self.shard.hand_on(**self.unnoted)
