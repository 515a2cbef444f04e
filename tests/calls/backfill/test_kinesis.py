import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
import requests
from django.utils import timezone
from mypy_boto3_kinesis import KinesisClient

from calls.backfill import kinesis_range
from calls.backfill.kinesis_range import KinesisRange
from calls.backfill.source import Found, SourceError
from calls.models import Shard, Stream
from calls.streams.listing import list_shards
from dashboard.demo.kinesis import KinesisStandIn
from tests.calls.backfill.reading import counted, data_of, known, read, work_on
from tests.calls.world import World, dropped
from tests.dashboard.demo.kinesis.conftest import connect


@pytest.fixture
def stand_in(stand_in: KinesisStandIn, monkeypatch: pytest.MonkeyPatch) -> KinesisStandIn:
    monkeypatch.setattr(kinesis_range, "PAUSE_S", 0.01)
    return stand_in


@pytest.fixture
def kinesis(world: World, stand_in: KinesisStandIn) -> Iterator[KinesisClient]:
    """Two shards of which one is closed: two records, an hour, two, an hour, two more."""
    client = connect(stand_in.url)
    client.create_stream(StreamName=world.stream.name, ShardCount=1)
    put(client, world.stream, "a1", "a2")
    age(stand_in, hours=1)
    put(client, world.stream, "b1")
    shard = client.list_shards(StreamName=world.stream.name)["Shards"][0]
    client.split_shard(StreamName=world.stream.name, ShardToSplit=shard["ShardId"], NewStartingHashKey=str(2**127))
    put(client, world.stream, "b2")
    age(stand_in, hours=1)
    put(client, world.stream, "c1", "c2")
    yield client
    client.close()


def put(client: KinesisClient, stream: Stream, *contact_ids: str) -> None:
    for contact_id in contact_ids:
        data = json.dumps(dropped(contact_id)).encode()
        client.put_record(StreamName=stream.name, PartitionKey=contact_id, Data=data)


def age(stand_in: KinesisStandIn, hours: float) -> None:
    requests.post(f"{stand_in.url}/_stand_in/age", json={"by_s": hours * 3600}, timeout=5).raise_for_status()


def range_of(stream: Stream, from_h: float, to_h: float) -> KinesisRange:
    now = timezone.now()
    return KinesisRange(stream, now - timedelta(hours=from_h), now - timedelta(hours=to_h))


def ids(found: list[bytes]) -> list[str]:
    return [json.loads(data)["ContactId"] for data in found]


def test_what_arrived_within_the_time_is_read_of_closed_shards_too(world: World, kinesis: KinesisClient) -> None:
    assert ids(data_of(read(range_of(world.stream, 1.5, 0.5)))) == ["b1", "b2"]
    assert sorted(ids(data_of(read(range_of(world.stream, 3, 0))))) == ["a1", "a2", "b1", "b2", "c1", "c2"]
    assert data_of(read(range_of(world.stream, 0.7, 0.5))) == []


def test_reading_goes_on_behind_any_record(world: World, kinesis: KinesisClient) -> None:
    source = range_of(world.stream, 3, 0)
    found = [each for each in read(source) if isinstance(each, Found)]
    for number, each in enumerate(found):
        assert data_of(read(source, each.position)) == [later.data for later in found[number + 1 :]]
    assert [each.done for each in found] == sorted(each.done for each in found)
    assert found[-1].done <= source.total(lambda: None)


def test_live_checkpoints_and_leases_are_left_as_they_are(world: World, kinesis: KinesisClient) -> None:
    list_shards(kinesis, world.stream)
    shard = Shard.objects.earliest("pk")
    assert shard.take_lease("a live reader")
    before = list(Shard.objects.order_by("pk").values())
    now = timezone.now()
    times = {"from_at": now - timedelta(hours=1.5), "to_at": now - timedelta(hours=0.5)}
    backfill = counted(world.stream, "", source="kinesis", **times)
    assert backfill.counted == {"records": 2, "new": 2}
    assert backfill.bring_in(None)
    work_on(backfill)
    assert (backfill.state, backfill.percent, known()) == ("done", 100, ["b1", "b2"])
    assert list(Shard.objects.order_by("pk").values()) == before


def test_a_busy_stream_is_waited_for_and_a_refusal_is_said(
    world: World, kinesis: KinesisClient, stand_in: KinesisStandIn
) -> None:
    def fault(**wish: object) -> None:
        requests.post(f"{stand_in.url}/_stand_in/fault", json=wish, timeout=5).raise_for_status()

    fault(operation="GetRecords", error="ProvisionedThroughputExceededException", times=3)
    assert ids(data_of(read(range_of(world.stream, 1.5, 0.5)))) == ["b1", "b2"]
    fault(operation="GetRecords", error="AccessDeniedException")
    with pytest.raises(SourceError, match=r"Kinesis refuses: AccessDeniedException\."):
        list(read(range_of(world.stream, 1.5, 0.5)))
