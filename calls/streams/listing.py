"""Which shards a stream has: listed, or named by a shard that ended."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from calls.models import Shard, Stream

from .gaps import Continuity, record

if TYPE_CHECKING:
    from mypy_boto3_kinesis import KinesisClient
    from mypy_boto3_kinesis.type_defs import ChildShardTypeDef, ShardTypeDef


def list_shards(client: KinesisClient, stream: Stream) -> None:
    """Note the shards that are new. A closed one is listed until its records are past retention."""
    Stream.objects.filter(pk=stream.pk, first_listed_at=None).update(first_listed_at=Now())
    known = list(stream.shards.filter(is_ended=False).values_list("pk", flat=True))
    found = _listed(client, stream)
    Shard.objects.bulk_create(
        [
            Shard(stream=stream, shard_id=shard["ShardId"], parent_ids=_parents(shard))
            for shard in sorted(found, key=lambda shard: shard["ShardId"])
        ],
        ignore_conflicts=True,
    )
    # Only of those known before it was asked: another sweep may have been told of newer ones.
    _forget(stream.shards.filter(pk__in=known).exclude(shard_id__in=[shard["ShardId"] for shard in found]), client)


def _forget(shards: QuerySet[Shard], client: KinesisClient) -> None:
    """What Kinesis knows no more has nothing left to read, and its children must not wait for it: a gap, at its end."""
    with transaction.atomic():
        for shard in (
            shards.filter(is_ended=False).select_related("stream").select_for_update(of=("self",)).order_by("pk")
        ):
            record(Continuity(shard, client).gap(timezone.now()))
            Shard.objects.filter(pk=shard.pk).update(is_ended=True)


def note_children(stream: Stream, children: Sequence[ChildShardTypeDef]) -> None:
    """Those that an ended shard names, if nothing else has to end before them that was not listed yet."""
    known = set(stream.shards.values_list("shard_id", flat=True)) if children else set()
    Shard.objects.bulk_create(
        [
            Shard(stream=stream, shard_id=child["ShardId"], parent_ids=child["ParentShards"])
            for child in sorted(children, key=lambda child: child["ShardId"])
            if known.issuperset(child["ParentShards"])
        ],
        ignore_conflicts=True,
    )


def is_closed(client: KinesisClient, shard: Shard) -> bool:
    """Whether nothing more can be put into it, by the listing."""
    found = [each for each in _listed(client, shard.stream) if each["ShardId"] == shard.shard_id]
    return all("EndingSequenceNumber" in each["SequenceNumberRange"] for each in found)


def _listed(client: KinesisClient, stream: Stream) -> list[ShardTypeDef]:
    answer = client.list_shards(**stream.address)
    found = answer["Shards"]
    while token := answer.get("NextToken"):
        answer = client.list_shards(NextToken=token)
        found += answer["Shards"]
    return found


def _parents(shard: ShardTypeDef) -> list[str]:
    return [str(parent) for parent in (shard.get("ParentShardId"), shard.get("AdjacentParentShardId")) if parent]
