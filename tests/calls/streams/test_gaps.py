"""Nothing that Kinesis threw away unread is jumped over in silence, and nothing else is called a gap.

Ages are made by telling the stand-in, and the rows, that everything happened earlier: as if nobody had read meanwhile.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db.models import F
from django.utils import timezone
from mypy_boto3_kinesis import KinesisClient
from pytest_django import Settings

from calls.intake import ContactRecords
from calls.models import Gap, Shard, Stream
from calls.streams.kinesis import start
from calls.streams.listing import list_shards
from tests.calls.streams.reading import NAME, known, put, read_slice, stop_when
from tests.calls.world import World

HOUR_S = 3600

Pass = Callable[..., None]


@pytest.fixture
def hours_pass(age: Callable[..., None]) -> Pass:
    """Nobody reads for so long."""

    def let_pass(hours: float) -> None:
        age(by_s=hours * HOUR_S)
        span = timedelta(hours=hours)
        Shard.objects.update(read_at=F("read_at") - span, newest_at=F("newest_at") - span)
        Stream.objects.update(first_listed_at=F("first_listed_at") - span)

    return let_pass


def near(moment: datetime | None, hours_ago: float) -> bool:
    return moment is not None and abs(timezone.now() - timedelta(hours=hours_ago) - moment) < timedelta(minutes=5)


def test_what_was_thrown_away_unread_is_a_gap_from_the_last_read_to_the_trim_horizon(
    shard: Shard, kinesis: KinesisClient, hours_pass: Pass
) -> None:
    put(kinesis, "read")
    read_slice(shard.pk, "me")
    checkpoint = Shard.objects.get().checkpoint
    put(kinesis, "lost")
    hours_pass(26)
    put(kinesis, "new")
    read_slice(shard.pk, "me")
    assert known() == ["new", "read"]
    gap = Gap.objects.get()
    assert (gap.stream_id, gap.shard_id, gap.after, gap.closed_at) == (
        shard.stream_id,
        shard.shard_id,
        checkpoint,
        None,
    )
    assert near(gap.from_at, 26)
    assert near(gap.to_at, 24)


def test_a_gap_and_what_comes_behind_it_commit_together(
    shard: Shard, kinesis: KinesisClient, hours_pass: Pass, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(kinesis, "read")
    read_slice(shard.pk, "me")
    before = Shard.objects.get().checkpoint
    hours_pass(26)
    put(kinesis, "new")

    def crash(*_: object) -> None:
        raise KeyError("a bug")

    with monkeypatch.context() as broken:
        broken.setattr(ContactRecords, "write", staticmethod(crash))
        with pytest.raises(KeyError):
            read_slice(shard.pk, "me")
    assert (Gap.objects.count(), Shard.objects.get().checkpoint) == (0, before)
    Shard.objects.update(lease_expires_at=None)
    read_slice(shard.pk, "me")
    assert (Gap.objects.count(), known()) == (1, ["new", "read"])


def test_a_quiet_shard_has_no_gap_however_old_its_checkpoint_is(
    shard: Shard, kinesis: KinesisClient, hours_pass: Pass
) -> None:
    put(kinesis, "old")
    read_slice(shard.pk, "me")
    for _ in range(3):
        hours_pass(20)
        read_slice(shard.pk, "me")
    put(kinesis, "new")
    read_slice(shard.pk, "me")
    assert known() == ["new", "old"]
    assert not Gap.objects.exists()


def test_a_pause_within_the_retention_leaves_no_gap(shard: Shard, kinesis: KinesisClient, hours_pass: Pass) -> None:
    put(kinesis, "read")
    read_slice(shard.pk, "me")
    put(kinesis, "waiting")
    hours_pass(23.9)
    read_slice(shard.pk, "me")
    assert known() == ["read", "waiting"]
    assert not Gap.objects.exists()


def test_a_stream_that_keeps_its_records_longer_has_its_gaps_later(
    shard: Shard, kinesis: KinesisClient, hours_pass: Pass
) -> None:
    kinesis.increase_stream_retention_period(StreamName=NAME, RetentionPeriodHours=72)
    put(kinesis, "read")
    read_slice(shard.pk, "me")
    put(kinesis, "waiting")
    hours_pass(70)
    read_slice(shard.pk, "me")
    assert (known(), Gap.objects.count()) == (["read", "waiting"], 0)
    hours_pass(73)
    read_slice(shard.pk, "me")
    assert Gap.objects.count() == 1


def test_who_may_not_ask_for_the_retention_gets_a_gap_rather_than_none(
    shard: Shard, kinesis: KinesisClient, hours_pass: Pass, fault: Callable[..., None]
) -> None:
    put(kinesis, "read")
    read_slice(shard.pk, "me")
    hours_pass(25)
    fault(operation="DescribeStreamSummary", error="AccessDeniedException")
    read_slice(shard.pk, "me")
    assert Gap.objects.count() == 1


def test_a_backlog_that_the_trim_horizon_overtook_is_a_gap(
    shard: Shard, kinesis: KinesisClient, hours_pass: Pass
) -> None:
    """Read lately, but far behind."""
    put(kinesis, "read")
    read_slice(shard.pk, "me")
    Shard.objects.update(read_at=timezone.now(), behind_ms=25 * HOUR_S * 1000, newest_at=None)
    put(kinesis, "new")
    read_slice(shard.pk, "me")
    assert near(Gap.objects.get().from_at, 25)


def test_a_reader_that_is_chased_by_the_horizon_has_one_gap(
    shard: Shard, kinesis: KinesisClient, hours_pass: Pass
) -> None:
    put(kinesis, "read")
    read_slice(shard.pk, "me")
    hours_pass(26)
    put(kinesis, "a")
    read_slice(shard.pk, "me")
    first = Gap.objects.get()
    # Five minutes later it is where the horizon was, and has lost a little again.
    Shard.objects.update(read_at=timezone.now(), behind_ms=(24 * HOUR_S + 240) * 1000, newest_at=None)
    put(kinesis, "b")
    read_slice(shard.pk, "me")
    again = Gap.objects.get()
    assert (again.pk, again.from_at) == (first.pk, first.from_at)
    assert again.to_at >= first.to_at


def test_a_gap_that_was_closed_stays_closed_while_nothing_more_is_lost(
    shard: Shard, kinesis: KinesisClient, hours_pass: Pass
) -> None:
    put(kinesis, "read")
    read_slice(shard.pk, "me")
    hours_pass(26)
    read_slice(shard.pk, "me")
    Gap.objects.close(None)
    read_slice(shard.pk, "me")
    put(kinesis, "new")
    read_slice(shard.pk, "me")
    assert not Gap.objects.open().exists()


def test_a_second_outage_behind_the_same_checkpoint_opens_its_gap_again(
    shard: Shard, kinesis: KinesisClient, hours_pass: Pass
) -> None:
    put(kinesis, "read")
    read_slice(shard.pk, "me")
    for _ in range(2):
        hours_pass(30)
        read_slice(shard.pk, "me")
        gap = Gap.objects.get()
        assert gap.closed_at is None
        assert near(gap.from_at, 30)
        Gap.objects.close(None)


def test_a_shard_that_vanished_unread_is_a_gap_and_its_children_are_read(
    world: World, shard: Shard, kinesis: KinesisClient, hours_pass: Pass
) -> None:
    put(kinesis, "read")
    read_slice(shard.pk, "me")
    put(kinesis, "lost")
    kinesis.split_shard(StreamName=NAME, ShardToSplit=shard.shard_id, NewStartingHashKey=str(2**127))
    hours_pass(26)
    put(kinesis, "new")
    list_shards(kinesis, world.stream)
    gap = Gap.objects.get()
    assert (gap.shard_id, near(gap.from_at, 26), near(gap.to_at, 0)) == (shard.shard_id, True, True)
    for child in Shard.objects.readable():
        read_slice(child.pk, "me")
    assert known() == ["new", "read"]
    assert {each.shard_id for each in Gap.objects.all()} >= {shard.shard_id}


def test_a_shard_that_vanished_after_it_was_read_to_its_end_is_no_gap(
    world: World, shard: Shard, kinesis: KinesisClient, hours_pass: Pass
) -> None:
    put(kinesis, "read")
    kinesis.split_shard(StreamName=NAME, ShardToSplit=shard.shard_id, NewStartingHashKey=str(2**127))
    for each in (shard, *Shard.objects.exclude(pk=shard.pk)):
        read_slice(each.pk, "me")
    for child in Shard.objects.readable():
        read_slice(child.pk, "me")
    hours_pass(20)
    for child in Shard.objects.readable():
        read_slice(child.pk, "me")
    hours_pass(20)
    list_shards(kinesis, world.stream)
    for child in Shard.objects.readable():
        read_slice(child.pk, "me")
    assert not Gap.objects.exists()


def test_the_first_read_of_a_split_quiet_shards_children_is_no_gap(
    shard: Shard, kinesis: KinesisClient, hours_pass: Pass
) -> None:
    put(kinesis, "old")
    read_slice(shard.pk, "me")
    for _ in range(2):
        hours_pass(20)
        read_slice(shard.pk, "me")
    kinesis.split_shard(StreamName=NAME, ShardToSplit=shard.shard_id, NewStartingHashKey=str(2**127))
    read_slice(shard.pk, "me")
    put(kinesis, "new")
    for child in Shard.objects.readable():
        read_slice(child.pk, "me")
    assert known() == ["new", "old"]
    assert not Gap.objects.exists()


def test_children_that_nobody_read_in_time_have_a_gap_from_their_parents_last_read(
    shard: Shard, kinesis: KinesisClient, hours_pass: Pass
) -> None:
    put(kinesis, "old")
    read_slice(shard.pk, "me")
    kinesis.split_shard(StreamName=NAME, ShardToSplit=shard.shard_id, NewStartingHashKey=str(2**127))
    read_slice(shard.pk, "me")
    put(kinesis, "lost")
    hours_pass(30)
    put(kinesis, "new")
    for child in Shard.objects.readable():
        read_slice(child.pk, "me")
    assert known() == ["new", "old"]
    assert Gap.objects.count() == 2
    assert all(near(gap.from_at, 30) for gap in Gap.objects.all())


def test_a_stream_that_was_listed_and_not_read_in_time_has_a_gap(
    shard: Shard, kinesis: KinesisClient, hours_pass: Pass
) -> None:
    put(kinesis, "lost")
    hours_pass(30)
    put(kinesis, "new")
    read_slice(shard.pk, "me")
    assert known() == ["new"]
    assert near(Gap.objects.get().from_at, 30)


def test_a_stream_that_is_new_to_ringback_has_no_gap_though_it_was_trimmed_before(
    world: World, kinesis: KinesisClient, age: Callable[..., None]
) -> None:
    put(kinesis, "long ago")
    age(by_s=30 * HOUR_S)
    put(kinesis, "new")
    list_shards(kinesis, world.stream)
    read_slice(Shard.objects.get().pk, "me")
    assert known() == ["new"]
    assert not Gap.objects.exists()


def test_a_checkpoint_that_kinesis_refuses_is_a_gap_and_reading_starts_anew(
    shard: Shard, kinesis: KinesisClient, fault: Callable[..., None], settings: Settings
) -> None:
    put(kinesis, "read")
    read_slice(shard.pk, "me")
    checkpoint = Shard.objects.get().checkpoint
    put(kinesis, "new")
    fault(operation="GetShardIterator", error="InvalidArgumentException")
    settings.READ_SLICE_S = 30
    stop_when(lambda: known() == ["new", "read"])
    read_slice(shard.pk, "me")
    assert known() == ["new", "read"]
    assert Gap.objects.get().after == checkpoint


def test_a_stretch_without_records_is_crossed_over_several_slices(
    shard: Shard, kinesis: KinesisClient, hours_pass: Pass
) -> None:
    """Kinesis gives empty pages there, and from the checkpoint each slice would begin with the first of them."""
    put(kinesis, "old")
    read_slice(shard.pk, "me")
    old = Shard.objects.get().checkpoint
    hours_pass(20)
    Shard.objects.update(read_at=timezone.now(), behind_ms=HOUR_S * 1000)
    put(kinesis, "new")
    assert start(Shard.objects.get(), timezone.now() - timedelta(hours=1))["Type"] == "AT_TIMESTAMP"
    read_slice(shard.pk, "me")
    assert known() == ["new", "old"]
    assert Shard.objects.get().checkpoint != old
