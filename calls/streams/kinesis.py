"""Kinesis as boto3 speaks it, with time-outs of our own: a thread pool enforces none."""

from __future__ import annotations

import os
import threading
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.credentials import DeferredRefreshableCredentials
from botocore.session import get_session
from django.conf import settings

from calls.models import Instance, Shard

if TYPE_CHECKING:
    from mypy_boto3_kinesis import KinesisClient

READ_TIMEOUT_S = 4
CLOCKS = timedelta(minutes=15)  # the database's and Kinesis's differ by less
CONFIG = Config(connect_timeout=2, read_timeout=READ_TIMEOUT_S, retries={"total_max_attempts": 2, "mode": "standard"})

_making = threading.Lock()
_clients: dict[tuple[object, ...], KinesisClient] = {}


def kinesis_for(instance: Instance, read_timeout_s: float = READ_TIMEOUT_S) -> KinesisClient:
    """The process's one client for this, not to be closed: making one takes longer than a read, and may ask STS."""
    endpoint = os.environ.get("AWS_ENDPOINT_URL_KINESIS", "")
    key = (instance.arn, instance.role_arn, instance.external_id, endpoint, read_timeout_s)
    with _making:
        if key not in _clients:
            own = Config(read_timeout=read_timeout_s, max_pool_connections=settings.READER_SLOTS + 8)
            _clients[key] = session_for(instance).client("kinesis", config=CONFIG.merge(own))
        return _clients[key]


def make_clients() -> None:
    """All that the streams need, ahead of the first read: the first client of a process takes as long as many reads."""
    for instance in Instance.objects.filter(streams__is_stopped=False).distinct():
        kinesis_for(instance)


def forget_clients(instance: Instance) -> None:
    """They are made anew, with the credentials that are found then."""
    with _making:
        for key in [key for key in _clients if key[0] == instance.arn]:
            del _clients[key]


def session_for(instance: Instance) -> boto3.Session:
    """With the instance's role, if it has one: Connect often lives in another account."""
    return _session_as(instance) if instance.role_arn else boto3.Session(region_name=instance.region)


def _session_as(instance: Instance) -> boto3.Session:
    def assume() -> dict[str, str]:
        request: dict[str, Any] = {"RoleArn": instance.role_arn, "RoleSessionName": "ringback"}
        if instance.external_id:
            request["ExternalId"] = instance.external_id
        found = boto3.client("sts", region_name=instance.region, config=CONFIG).assume_role(**request)["Credentials"]
        return {
            "access_key": found["AccessKeyId"],
            "secret_key": found["SecretAccessKey"],
            "token": found["SessionToken"],
            "expiry_time": found["Expiration"].isoformat(),
        }

    core = get_session()
    # Sessions take credentials that renew themselves in no other way.
    vars(core)["_credentials"] = DeferredRefreshableCredentials(refresh_using=assume, method="assume-role")
    return boto3.Session(botocore_session=core, region_name=instance.region)


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
