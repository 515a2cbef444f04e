import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from django.utils import timezone
from mypy_boto3_kinesis import KinesisClient
from pytest_django import Settings

from calls.intake import ContactRecords
from calls.models import DeadLetter, Shard, Stream
from calls.streams import reader
from calls.streams.listing import list_shards
from tests.calls.streams.reading import NAME, known, put, read_slice, stop_when
from tests.calls.world import World


def test_a_stream_is_read_from_its_oldest_record_on_and_each_record_once(shard: Shard, kinesis: KinesisClient) -> None:
    put(kinesis, "c1", "c2")
    assert read_slice(shard.pk, "me")
    put(kinesis, "c3")
    assert read_slice(shard.pk, "me")
    assert known() == ["c1", "c2", "c3"]
    shard.refresh_from_db()
    assert (shard.records, shard.owner, shard.behind_ms) == (3, "", 0)
    assert shard.newest_at is not None
    assert shard.queued_at is not None


def test_a_crash_in_the_batch_leaves_neither_rows_nor_checkpoint(
    shard: Shard, kinesis: KinesisClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(kinesis, "c1")
    real = ContactRecords.write

    def crash(*arguments: Any) -> set[int]:
        real(*arguments)
        raise KeyError("a bug")

    with monkeypatch.context() as broken:
        broken.setattr(ContactRecords, "write", staticmethod(crash))
        with pytest.raises(KeyError):
            read_slice(shard.pk, "me")
    shard.refresh_from_db()
    assert (known(), shard.checkpoint, shard.records) == ([], "", 0)
    assert Stream.objects.get(pk=shard.stream_id).trouble == "The reader failed: KeyError"
    Shard.objects.update(lease_expires_at=timezone.now() - timedelta(seconds=1))
    assert read_slice(shard.pk, "another")
    assert known() == ["c1"]
    assert Stream.objects.get(pk=shard.stream_id).trouble == ""


def test_a_second_reader_gets_no_lease_while_the_first_holds_it(shard: Shard, kinesis: KinesisClient) -> None:
    assert shard.take_lease("first")
    put(kinesis, "c1")
    assert not read_slice(shard.pk, "second")
    assert known() == []


def test_a_lease_that_ran_out_goes_to_the_next_reader_with_a_new_epoch(shard: Shard) -> None:
    assert shard.take_lease("first")
    Shard.objects.update(lease_expires_at=timezone.now() - timedelta(seconds=1))
    second = Shard.objects.get(pk=shard.pk)
    assert second.take_lease("second")
    assert second.epoch == shard.epoch + 1
    assert not shard.hold()
    assert not shard.hand_on()


def test_a_reader_whose_lease_was_taken_writes_nothing(
    shard: Shard, kinesis: KinesisClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(kinesis, "c1")

    def taken_meanwhile(self: reader.Slice, answer: Any) -> Any:
        Shard.objects.update(owner="another", epoch=self.shard.epoch + 1)
        return take(self, answer)

    take = reader.Slice._take
    monkeypatch.setattr(reader.Slice, "_take", taken_meanwhile)
    assert not read_slice(shard.pk, "me")
    shard.refresh_from_db()
    assert (known(), shard.checkpoint, shard.owner) == ([], "", "another")


def waits_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return bool(cursor.fetchone()[0])


def while_locked(change: Callable[[], object], attempt: Callable[[], bool]) -> bool:
    """What `attempt` says on another connection, begun before `change` commits and ended after it."""
    said: list[bool] = []

    def run() -> None:
        try:
            said.append(attempt())
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    with transaction.atomic():
        change()
        thread.start()
        until = time.monotonic() + 5
        while thread.is_alive() and not waits_for_a_lock() and time.monotonic() < until:
            thread.join(0.01)
    thread.join()
    return said[0]


@pytest.fixture
def shard_apart(world_apart: World) -> Shard:
    return Shard.objects.create(stream=world_apart.stream, shard_id="shardId-000000000000")


def test_the_fence_holds_against_a_lease_that_is_being_taken(shard_apart: Shard) -> None:
    assert shard_apart.take_lease("first")
    assert not while_locked(
        lambda: Shard.objects.update(owner="second", epoch=shard_apart.epoch + 1),
        lambda: shard_apart.hold(checkpoint="1"),
    )
    assert Shard.objects.get().checkpoint == ""


def test_of_two_readers_at_once_one_gets_the_lease(shard_apart: Shard) -> None:
    second = Shard.objects.get(pk=shard_apart.pk)
    assert not while_locked(lambda: shard_apart.take_lease("first"), lambda: second.take_lease("second"))
    assert Shard.objects.get().owner == "first"


def test_of_two_sweeps_at_once_one_enqueues_a_reader(shard_apart: Shard) -> None:
    second = Shard.objects.get(pk=shard_apart.pk)
    assert not while_locked(lambda: shard_apart.claim_for_queue(), lambda: second.claim_for_queue())


def test_a_shard_in_the_middle_of_a_batch_keeps_no_sweep_waiting(shard_apart: Shard) -> None:
    """Its reader may be frozen, with the row locked: the lease runs out, the transaction does not."""
    assert shard_apart.take_lease("frozen")
    Shard.objects.update(lease_expires_at=timezone.now() - timedelta(seconds=1))

    def claim() -> bool:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = 1")  # of a millisecond: whoever waits is told so
        return Shard.objects.get(pk=shard_apart.pk).claim_for_queue()

    assert not while_locked(lambda: Shard.objects.update(records=1), claim)
    assert Shard.objects.get().claim_for_queue()


def test_an_expired_iterator_is_replaced_at_the_checkpoint(
    shard: Shard, kinesis: KinesisClient, fault: Callable[..., None], settings: Settings
) -> None:
    settings.READ_SLICE_S = 30
    put(kinesis, "c1")
    fault(operation="GetRecords", error="ExpiredIteratorException")
    stop_when(lambda: known() == ["c1"])
    assert read_slice(shard.pk, "me")
    assert known() == ["c1"]
    assert Stream.objects.get(pk=shard.stream_id).trouble == ""


def test_a_throttled_reader_tries_again_and_says_nothing(
    shard: Shard, kinesis: KinesisClient, fault: Callable[..., None], settings: Settings
) -> None:
    settings.READ_SLICE_S = 3
    put(kinesis, "c1")
    fault(operation="GetRecords", error="ProvisionedThroughputExceededException", times=2)
    stop_when(lambda: known() == ["c1"])
    read_slice(shard.pk, "me")
    assert Stream.objects.get(pk=shard.stream_id).trouble == ""


def test_a_worker_that_stops_gives_the_lease_back_to_whoever_comes_first(shard: Shard, kinesis: KinesisClient) -> None:
    put(kinesis, "c1")
    stop_when(lambda: known() == ["c1"])
    assert read_slice(shard.pk, "me")
    assert Shard.objects.unattended().get() == shard


def test_children_are_read_only_after_their_parents(world: World, shard: Shard, kinesis: KinesisClient) -> None:
    put(kinesis, "c1")
    kinesis.split_shard(StreamName=NAME, ShardToSplit=shard.shard_id, NewStartingHashKey=str(2**127))
    put(kinesis, "c2")
    list_shards(kinesis, world.stream)
    children = list(Shard.objects.exclude(pk=shard.pk))
    assert len(children) == 2
    assert list(Shard.objects.readable()) == [shard]
    assert not any(read_slice(child.pk, "me") for child in children)
    assert known() == []
    Stream.objects.update(listed_at=timezone.now())
    assert not read_slice(shard.pk, "me")
    shard.refresh_from_db()
    assert shard.is_ended
    assert Stream.objects.get(pk=world.stream.pk).listed_at is None
    assert known() == ["c1"]
    assert all(read_slice(child.pk, "me") for child in children)
    assert known() == ["c1", "c2"]


def test_a_merged_shard_waits_for_both_parents(world: World) -> None:
    parents = [Shard.objects.create(stream=world.stream, shard_id=name) for name in ("a", "b")]
    child = Shard.objects.create(stream=world.stream, shard_id="c", parent_ids=["a", "b"])
    for parent in parents:
        assert child not in Shard.objects.readable()
        Shard.objects.filter(pk=parent.pk).update(is_ended=True)
    assert list(Shard.objects.readable()) == [child]


def test_a_shard_past_its_retention_keeps_no_child_waiting(world: World, kinesis: KinesisClient) -> None:
    gone = Shard.objects.create(stream=world.stream, shard_id="shardId-999999999999")
    Shard.objects.create(stream=world.stream, shard_id="shardId-000000000000", parent_ids=[gone.shard_id])
    list_shards(kinesis, world.stream)
    assert [shard.shard_id for shard in Shard.objects.readable()] == ["shardId-000000000000"]


def test_a_stopped_stream_is_not_read(shard: Shard, kinesis: KinesisClient) -> None:
    put(kinesis, "c1")
    Stream.objects.update(is_stopped=True)
    assert not read_slice(shard.pk, "me")
    assert known() == []


def test_a_reader_in_progress_writes_nothing_more_once_its_stream_stops(
    shard: Shard, kinesis: KinesisClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(kinesis, "c1")
    take = reader.Slice._take

    def stopped_meanwhile(self: reader.Slice, answer: Any) -> Any:
        Stream.objects.update(is_stopped=True)
        return take(self, answer)

    monkeypatch.setattr(reader.Slice, "_take", stopped_meanwhile)
    assert not read_slice(shard.pk, "me")
    assert known() == []


@pytest.mark.parametrize(
    ("error", "trouble"),
    [("AccessDeniedException", "AccessDeniedException"), ("ResourceNotFoundException", "ResourceNotFoundException")],
)
def test_what_kinesis_refuses_is_said_on_the_stream_and_over_when_it_works_again(
    shard: Shard, kinesis: KinesisClient, fault: Callable[..., None], settings: Settings, error: str, trouble: str
) -> None:
    put(kinesis, "c1")
    fault(operation="GetRecords", error=error)
    read_slice(shard.pk, "me")
    assert trouble in Stream.objects.get(pk=shard.stream_id).trouble
    read_slice(shard.pk, "me")
    assert known() == ["c1"]
    assert Stream.objects.get(pk=shard.stream_id).trouble == ""


def test_latest_begins_when_the_stream_was_first_listed_and_loses_nothing_between_two_slices(
    world: World, kinesis: KinesisClient, age: Callable[..., None]
) -> None:
    Stream.objects.update(start="latest", poll_ms=1)
    put(kinesis, "old")
    age(by_s=60)
    list_shards(kinesis, world.stream)
    shard = Shard.objects.get()
    assert read_slice(shard.pk, "me")
    put(kinesis, "new")
    assert read_slice(shard.pk, "me")
    assert known() == ["new"]


def test_a_stream_may_begin_at_a_time(world: World, kinesis: KinesisClient, age: Callable[..., None]) -> None:
    put(kinesis, "old")
    age(by_s=7200)
    put(kinesis, "new")
    start = (timezone.now() - timedelta(hours=1)).isoformat()
    Stream.objects.update(start=start, poll_ms=1)
    list_shards(kinesis, world.stream)
    assert read_slice(Shard.objects.get().pk, "me")
    assert known() == ["new"]


def test_an_empty_read_renews_the_lease(shard: Shard, kinesis: KinesisClient, settings: Settings) -> None:
    settings.LEASE_RENEW_S = 0.001
    read_slice(shard.pk, "me")
    shard.refresh_from_db()
    assert shard.read_at is not None


def test_a_database_that_refuses_for_now_hands_the_shard_on(
    shard: Shard, kinesis: KinesisClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(kinesis, "c1")

    def collide(*_: object) -> set[int]:
        raise OperationalError("deadlock detected")

    closed: list[bool] = []
    with monkeypatch.context() as broken:
        broken.setattr(ContactRecords, "write", staticmethod(collide))
        broken.setattr(connection, "close", lambda: closed.append(True))
        assert read_slice(shard.pk, "me")
    assert closed
    assert not DeadLetter.objects.exists()
    assert read_slice(shard.pk, "me")
    assert known() == ["c1"]
