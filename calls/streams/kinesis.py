"""Kinesis as boto3 speaks it, and where a shard is read from."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings

from calls.aws import READ_TIMEOUT_S, client_for
from calls.models import Instance, Shard

if TYPE_CHECKING:
    from mypy_boto3_kinesis import KinesisClient

CLOCKS = timedelta(minutes=15)  # the database's and Kinesis's differ by less


def kinesis_for(instance: Instance, read_timeout_s: float = READ_TIMEOUT_S) -> KinesisClient:
    client: KinesisClient = client_for(
        instance, "kinesis", connections=settings.READER_SLOTS + 8, read_timeout_s=read_timeout_s
    )
    return client


def make_clients() -> None:
    """All that the streams need, ahead of the first read: the first client of a process takes as long as many reads."""
    for instance in Instance.objects.filter(streams__is_stopped=False).distinct():
        kinesis_for(instance)


def start(shard: Shard, read_up_to: datetime | None) -> dict[str, Any]:
    """Where to read from, as SubscribeToShard says it: after the checkpoint, else where the stream is to start.

    Amazon's own LATEST is a new place with each call: what came between two of them would be lost.
    """
    if shard.checkpoint and read_up_to and _is_in_an_empty_stretch(shard, read_up_to):
        return {"Type": "AT_TIMESTAMP", "Timestamp": read_up_to - CLOCKS}
    if shard.checkpoint:
        return {"Type": "AFTER_SEQUENCE_NUMBER", "SequenceNumber": shard.checkpoint}
    if shard.stream.start == "trim-horizon":
        return {"Type": "TRIM_HORIZON"}
    is_latest = shard.stream.start == "latest"
    return {"Type": "AT_TIMESTAMP", "Timestamp": shard.stream.first_listed_at if is_latest else shard.stream.start}


def _is_in_an_empty_stretch(shard: Shard, read_up_to: datetime) -> bool:
    """Kinesis may give empty pages for hours without records: from its checkpoint no slice would ever get across."""
    return bool(shard.behind_ms and shard.newest_at and read_up_to - CLOCKS > shard.newest_at)


def iterator(client: KinesisClient, shard: Shard, read_up_to: datetime | None) -> str:
    asked = start(shard, read_up_to)
    names = {"Type": "ShardIteratorType", "SequenceNumber": "StartingSequenceNumber", "Timestamp": "Timestamp"}
    request: dict[str, Any] = {names[name]: value for name, value in asked.items()}
    return client.get_shard_iterator(**shard.stream.address, ShardId=shard.shard_id, **request)["ShardIterator"]
