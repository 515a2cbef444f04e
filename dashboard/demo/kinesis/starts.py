"""Where in a shard reading starts: what an iterator and a subscription are asked for alike."""

from typing import Literal

from dashboard.demo.kinesis.errors import invalid
from dashboard.demo.kinesis.shard import Shard
from dashboard.demo.kinesis.stream import Stream

StartType = Literal["TRIM_HORIZON", "LATEST", "AT_SEQUENCE_NUMBER", "AFTER_SEQUENCE_NUMBER", "AT_TIMESTAMP"]


def position(
    stream: Stream, shard: Shard, kind: StartType, number: str | None, timestamp: float | None, now: float
) -> int:
    """A number before the trim horizon stands for the horizon: Kinesis says nothing of what lay between."""
    match kind:
        case "TRIM_HORIZON":
            return 0
        case "LATEST":
            return stream.tip(shard, now)
        case "AT_SEQUENCE_NUMBER":
            return _number(shard, number)
        case "AFTER_SEQUENCE_NUMBER":
            return _number(shard, number) + 1
        case "AT_TIMESTAMP":
            return _first_since(stream, shard, timestamp, now)


def _number(shard: Shard, number: str | None) -> int:
    if number is None:
        raise invalid("Reading from here needs a sequence number.")
    if not shard.gave(int(number)):
        raise invalid(f"StartingSequenceNumber is invalid because it did not come from {shard.id}.")
    return int(number)


def _first_since(stream: Stream, shard: Shard, timestamp: float | None, now: float) -> int:
    if timestamp is None:
        raise invalid("Reading from here needs a Timestamp.")
    found = shard.position_at(timestamp)
    return stream.tip(shard, now) if found is None else found
