"""One slice of one shard: leased, read, written, handed on."""

from __future__ import annotations

import random
import threading
import time

import structlog
from botocore.exceptions import BotoCoreError, ClientError
from django.db import InterfaceError, OperationalError, connection

from calls.aws import forget_clients
from calls.models import Shard, Stream

from .fan_out import SILENCE_S, NotPushed, Over, Subscription
from .kinesis import iterator, kinesis_for, start
from .lease import Lease, renew_s
from .listing import is_closed
from .page import Page
from .writer import LeaseLost

log = structlog.get_logger()

LIMIT = 1000
BACKLOG_S = 2  # so long a shard with a backlog keeps its slot though others wait
READ_MS = 200  # Kinesis lets a shard be read five times a second
THROTTLED = ("ProvisionedThroughputExceededException", "LimitExceededException", "KMSThrottlingException")
FIRST_WAIT_S, MOST_WAIT_S = 0.1, 2  # a reader that follows another is often a moment too early, and no more
LISTEN_AGAIN_S = 6  # a second subscription is refused for five seconds
IN_USE = "ResourceInUseException"

# Set when the worker is to stop: slices end at the next read.
stopping = threading.Event()


def read(shard: Shard, ends_at: float) -> bool:
    """Read a shard that is ours until then, by the monotonic clock, or until others need the slot more.

    Whether a reader should follow at once.
    """
    try:
        return Slice(shard, ends_at).run()
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
    """A bounded time of reading under a lease, by asking or by being pushed to."""

    def __init__(self, shard: Shard, ends_at: float) -> None:
        self.shard = shard
        self.stream = shard.stream
        self.client = kinesis_for(self.stream.instance)
        self.lease = Lease(shard, self.client)
        self.began_at = self.asked_at = time.monotonic()
        self.ends_at = ends_at
        self.look_around_at = self.began_at
        self.is_caught_up = False
        self.makes_way = False
        self.throttled = 0
        self.not_pushed: NotPushed | None = None

    def run(self) -> bool:
        if self.stream.is_fanned_out:
            while not self._listen() and not self._poll(time.monotonic() + LISTEN_AGAIN_S):
                ...
        else:
            self._poll(self.ends_at)
        return self._let_go()

    def _poll(self, until: float) -> bool:
        """Ask again and again, and at least once, however late it is; whether the slice is done."""
        position: str | None = None
        while not stopping.is_set():
            self.asked_at = time.monotonic()
            position = self._read(position)
            if self._is_done():
                return True
            pause_ms = self.stream.poll_ms if self.is_caught_up else min(self.stream.poll_ms, READ_MS)
            stopping.wait(max(0.0, min(self.asked_at + pause_ms / 1000, until) - time.monotonic()))
            if time.monotonic() >= until:
                break
        return self._is_over()

    def _read(self, position: str | None) -> str | None:
        """Where to go on; None asks for a new iterator at the checkpoint."""
        try:
            position = position or iterator(self.client, self.shard, self.lease.continuity.read_up_to)
            answer = self.client.get_records(ShardIterator=position, Limit=LIMIT)
            self.asked_at = time.monotonic()  # at the latest: one that was slow on its way brings the next too near
            page = Page.of_answer(answer)
            if page.is_last and not page.children and not is_closed(self.client, self.shard):
                page = Page(page.records, page.behind_ms, is_last=False)
            has_jumped = self._take(page)
        except ClientError as error:
            return self._after(error, position)
        except BotoCoreError as error:
            self._trouble(f"Kinesis does not answer: {type(error).__name__}")
            return position
        self.throttled = 0
        self._note_trouble(self._why_not_pushed())
        return None if has_jumped else answer.get("NextShardIterator")

    def _listen(self) -> bool:
        """Take what is pushed; whether the slice is done. Else polling has to do for a while."""
        try:
            while not self._is_over():
                self._hear_a_subscription()
                if self._is_done():
                    break
        except NotPushed as reason:
            is_first = self.not_pushed is None
            self.not_pushed = reason
            # Our own subscription of a moment ago still counts as the one that there may be.
            if reason.code != IN_USE or not is_first:
                self._note_trouble(self._why_not_pushed())
            return False
        self.not_pushed = None
        return True

    def _hear_a_subscription(self) -> None:
        """Until it is over or the slice is done."""
        client = kinesis_for(self.stream.instance, SILENCE_S)
        with Subscription(client, self.shard, start(self.shard, self.lease.continuity.read_up_to)) as subscription:
            self._note_trouble("")
            while not self._is_done():
                try:
                    page = subscription.next()
                except Over:
                    return
                if page:
                    self._take(page)
                elif self.lease.is_to_renew():
                    self.lease.hold()

    def _why_not_pushed(self) -> str:
        if self.not_pushed is None or self.not_pushed.code == IN_USE:
            return ""
        return f"Polled, since enhanced fan-out does not work: {self.not_pushed.code}"

    def _is_over(self) -> bool:
        return stopping.is_set() or time.monotonic() >= self.ends_at

    def _is_done(self) -> bool:
        if self.shard.is_ended or self.makes_way or self._is_over():
            return True
        self.makes_way = self._is_needed_elsewhere()
        return self.makes_way

    def _is_needed_elsewhere(self) -> bool:
        """Whether others wait for a slot that this shard can spare. Asked at the beginning and with each renewal."""
        now = time.monotonic()
        has_backlog = not self.is_caught_up and not self.stream.trouble
        if now < self.look_around_at or (has_backlog and now < self.began_at + BACKLOG_S):
            return False
        self.look_around_at = now + renew_s()
        return Shard.objects.overdue(self.stream.poll_ms).exists()

    def _take(self, page: Page) -> bool:
        """Whether something was thrown away before the page."""
        self.is_caught_up = not page.behind_ms
        return self.lease.take(page)

    def _after(self, error: ClientError, position: str | None) -> str | None:
        """Where to go on after Amazon's refusal; None asks for a new iterator at the checkpoint."""
        code = error.response.get("Error", {}).get("Code", "")
        if code in THROTTLED:
            self._back_off()
            return position
        if code == "ExpiredIteratorException":
            return None
        if code == "InvalidArgumentException" and error.operation_name == "GetShardIterator" and self.shard.checkpoint:
            self.lease.start_anew()
            return None
        forget_clients(self.stream.instance)  # the credentials may have been changed where they are found
        self._trouble(f"Kinesis refuses: {code}")
        return None

    def _back_off(self) -> None:
        """By chance, since all readers of the shard are refused together."""
        wait_s = min(MOST_WAIT_S, FIRST_WAIT_S * 2**self.throttled)
        self.throttled += 1
        self.lease.hold()
        stopping.wait(random.uniform(0.5, 1) * wait_s)  # noqa: S311

    def _trouble(self, words: str) -> None:
        self.lease.hold()
        self._note_trouble(words)
        stopping.wait(1)

    def _note_trouble(self, words: str) -> None:
        if self.stream.trouble != words:
            log.warning("stream", stream=self.stream.pk, trouble=words or "over")
        if words or self.stream.trouble:  # the reader of another shard may have taken it back
            Stream.objects.filter(pk=self.stream.pk).update(trouble=words)
            self.stream.trouble = words

    def _let_go(self) -> bool:
        """Whether a reader should follow."""
        if self.shard.is_ended:
            Stream.objects.filter(pk=self.stream.pk).update(listed_at=None)  # not all of its children may be known
            return False
        if self.makes_way or stopping.is_set():
            return self.shard.release(**self.lease.unnoted)
        return self.shard.hand_on(**self.lease.unnoted)
