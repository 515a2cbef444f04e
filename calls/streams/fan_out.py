"""Enhanced fan-out: Kinesis pushes the records of a shard to a consumer of our own, which shares it with nobody."""

from __future__ import annotations

import threading
from contextlib import suppress
from queue import Empty, Full, Queue
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from botocore.exceptions import BotoCoreError, ClientError

from calls.models import Shard, Stream

from .page import Page

if TYPE_CHECKING:
    from mypy_boto3_kinesis import KinesisClient

CONSUMER = "ringback"
SILENCE_S = 15  # Kinesis pushes an empty event every few seconds
WAIT_S = 0.2


class NotPushed(Exception):  # noqa: N818
    """Why nothing is pushed now. Polling does what it can meanwhile."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Over(Exception):  # noqa: N818
    """A subscription lasts five minutes; the next one goes on."""


def consumer_of(client: KinesisClient, stream: Stream) -> str:
    """The ARN of our consumer of the stream, registered the first time; raises NotPushed until it is active."""
    arn = _stream_arn(stream)
    try:
        found: Any = client.describe_stream_consumer(StreamARN=arn, ConsumerName=CONSUMER)["ConsumerDescription"]
    except client.exceptions.ResourceNotFoundException:
        found = client.register_stream_consumer(StreamARN=arn, ConsumerName=CONSUMER)["Consumer"]
    if found["ConsumerStatus"] != "ACTIVE":
        raise NotPushed(f"the consumer is {found['ConsumerStatus']}")
    return str(found["ConsumerARN"])


def _stream_arn(stream: Stream) -> str:
    """A stream is of the region and the account of its instance."""
    if stream.name.startswith("arn:"):
        return stream.name
    _, partition, _, region, account, _ = stream.instance.arn.split(":", 5)
    return f"arn:{partition}:kinesis:{region}:{account}:stream/{stream.name}"


class Subscription:
    """What is pushed, page by page. A thread of its own hears it: who reads must hear of other things too."""

    def __init__(self, client: KinesisClient, shard: Shard, start: dict[str, Any]) -> None:
        try:
            answer = client.subscribe_to_shard(
                ConsumerARN=consumer_of(client, shard.stream),
                ShardId=shard.shard_id,
                StartingPosition=start,  # type: ignore[arg-type]
            )
        except (ClientError, BotoCoreError) as error:
            raise _not_pushed(error) from error
        self._events = answer["EventStream"]
        self._heard: Queue[Page | Exception] = Queue(maxsize=1)
        self._is_closed = False
        self._thread = threading.Thread(target=self._hear, name=f"{shard.stream_id}/{shard.shard_id}", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._is_closed = True
        # Wakes the thread out of its read: there is no other way to the socket, and closing alone does not wake it.
        with suppress(ValueError, RuntimeError, OSError):
            vars(self._events)["_raw_stream"].shutdown()
        self._thread.join()
        self._events.close()

    def next(self) -> Page | None:
        """None after a short silence. Raises Over, or NotPushed."""
        try:
            heard = self._heard.get(timeout=WAIT_S)
        except Empty:
            return None
        if isinstance(heard, Page):
            return heard
        raise heard

    def _hear(self) -> None:
        try:
            for event in self._events:
                self._say(Page.of_event(event["SubscribeToShardEvent"]))
        except Exception as error:  # whatever it is, who reads must hear of it
            self._say(_not_pushed(error))
        else:
            self._say(Over())

    def _say(self, what: Page | Exception) -> None:
        while not self._is_closed:
            with suppress(Full):
                self._heard.put(what, timeout=WAIT_S)
                return


def _not_pushed(error: Exception) -> NotPushed:
    if isinstance(error, ClientError):
        return NotPushed(error.response.get("Error", {}).get("Code", "") or "unknown")
    return NotPushed(type(error).__name__)
