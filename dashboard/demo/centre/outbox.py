"""The way to Kinesis: batches, kept and tried again until each record stands on its stream."""

import logging
from collections import deque
from collections.abc import Iterable
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from dashboard.demo.centre.plan import Put

if TYPE_CHECKING:
    from mypy_boto3_kinesis import KinesisClient
    from mypy_boto3_kinesis.type_defs import PutRecordsRequestEntryTypeDef

_BATCH = 500
_SHARDS = 2
_LONGEST_PAUSE_S = 5.0

log = logging.getLogger(__name__)


class Outbox:
    """Never waits: `flush` does what can be done now and leaves the rest for a later call."""

    def __init__(self, kinesis: "KinesisClient", streams: Iterable[str]) -> None:
        self._kinesis = kinesis
        self._waiting: dict[str, deque[Put]] = {stream: deque() for stream in streams}
        self._is_ready = False
        self._pause_s = 0.0
        self._again_at = 0.0

    def __len__(self) -> int:
        return sum(map(len, self._waiting.values()))

    def add(self, puts: Iterable[Put]) -> None:
        for put in puts:
            self._waiting[put.stream].append(put)

    def flush(self, now: float) -> None:
        if now < self._again_at:
            return
        try:
            self._prepare()
            is_throttled = [self._put(stream) for stream in self._waiting]
        except (BotoCoreError, ClientError) as error:
            self._fail(now, type(error).__name__)
            return
        self._pause(now) if any(is_throttled) else self._recover()

    def _prepare(self) -> None:
        if self._is_ready:
            return
        for stream in self._waiting:
            try:
                self._kinesis.create_stream(StreamName=stream, ShardCount=_SHARDS)
            except self._kinesis.exceptions.ResourceInUseException:
                continue
        self._is_ready = True

    def _put(self, stream: str) -> bool:
        """Sends what waits, in order; True when a part was refused and stays."""
        waiting = self._waiting[stream]
        while waiting:
            batch = [waiting[n] for n in range(min(_BATCH, len(waiting)))]
            entries: list[PutRecordsRequestEntryTypeDef] = [{"Data": p.data, "PartitionKey": p.key} for p in batch]
            results = self._kinesis.put_records(StreamName=stream, Records=entries)["Records"]
            refused = [put for put, result in zip(batch, results, strict=True) if result.get("ErrorCode")]
            for _ in batch:
                waiting.popleft()
            waiting.extendleft(reversed(refused))
            if refused:
                return True
        return False

    def _fail(self, now: float, reason: str) -> None:
        if self._pause_s == 0:
            log.warning("Kinesis cannot be written to (%s); records are kept and tried again", reason)
        self._is_ready = False  # a stand-in that started anew has lost its streams
        self._pause(now)

    def _pause(self, now: float) -> None:
        self._pause_s = min(_LONGEST_PAUSE_S, self._pause_s * 2 or 0.2)
        self._again_at = now + self._pause_s

    def _recover(self) -> None:
        self._pause_s = 0.0
