"""Kinesis as boto3 speaks it, with time-outs of our own: a thread pool enforces none."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import boto3
import structlog
from botocore.config import Config
from botocore.credentials import DeferredRefreshableCredentials
from botocore.session import get_session
from django.db.models.functions import Now

from calls.models import Instance, Shard, Stream

if TYPE_CHECKING:
    from mypy_boto3_kinesis import KinesisClient
    from mypy_boto3_kinesis.type_defs import ShardTypeDef

log = structlog.get_logger()

CONFIG = Config(connect_timeout=2, read_timeout=4, retries={"total_max_attempts": 2, "mode": "standard"})


def kinesis_for(instance: Instance) -> KinesisClient:
    return session_for(instance).client("kinesis", config=CONFIG)


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


def list_shards(client: KinesisClient, stream: Stream) -> None:
    """Note the shards that are new. A closed one is listed until its records are past retention."""
    Stream.objects.filter(pk=stream.pk, first_listed_at=None).update(first_listed_at=Now())
    known = list(stream.shards.filter(is_ended=False).values_list("pk", flat=True))
    found: list[ShardTypeDef] = []
    answer = client.list_shards(**stream.address)
    found += answer["Shards"]
    while token := answer.get("NextToken"):
        answer = client.list_shards(NextToken=token)
        found += answer["Shards"]
    Shard.objects.bulk_create(
        [
            Shard(stream=stream, shard_id=shard["ShardId"], parent_ids=_parents(shard))
            for shard in sorted(found, key=lambda shard: shard["ShardId"])
        ],
        ignore_conflicts=True,
    )
    # What Kinesis knows no more has nothing left to read; its children must not wait for it. Only of those known before
    # it was asked: another sweep may have been told of newer ones.
    forgotten = stream.shards.filter(pk__in=known).exclude(shard_id__in=[shard["ShardId"] for shard in found])
    if ended := forgotten.update(is_ended=True):
        log.warning("shards are past their retention", stream=stream.pk, shards=ended)


def _parents(shard: ShardTypeDef) -> list[str]:
    return [str(parent) for parent in (shard.get("ParentShardId"), shard.get("AdjacentParentShardId")) if parent]


def iterator(client: KinesisClient, shard: Shard) -> str:
    """After the checkpoint, else where the stream is to start.

    Amazon's own LATEST is a new place with each call: what came between two of them would be lost.
    """
    request: dict[str, Any] = {**shard.stream.address, "ShardId": shard.shard_id}
    start: datetime | str | None = shard.stream.start
    if start == "latest":
        start = shard.stream.first_listed_at
    if shard.checkpoint:
        request |= {"ShardIteratorType": "AFTER_SEQUENCE_NUMBER", "StartingSequenceNumber": shard.checkpoint}
    elif start == "trim-horizon":
        request |= {"ShardIteratorType": "TRIM_HORIZON"}
    else:
        request |= {"ShardIteratorType": "AT_TIMESTAMP", "Timestamp": start}
    return client.get_shard_iterator(**request)["ShardIterator"]
