import json
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from structlog.testing import capture_logs

from calls.configuration import configure
from calls.models import Call, DeadLetter, Shard, Stream
from calls.streams.brake import EXAMPLES, Brake, is_too_much, with_batch
from calls.streams.replay import replay
from calls.streams.writer import LeaseLost, write
from tests.calls.world import BOB, REFUSED, World, dropped, now, refuse


@pytest.fixture
def shard(world: World) -> Shard:
    refuse()
    return held(world.stream, "shardId-000000000000")


def held(stream: Stream, shard_id: str) -> Shard:
    return Shard.objects.create(stream=stream, shard_id=shard_id, owner="me", epoch=1, checkpoint="41")


def read(shard: Shard, *records: dict[str, Any] | bytes) -> int:
    """As a shard's reader writes what one read brought."""
    batch = [(each if isinstance(each, bytes) else json.dumps(each).encode(), now()) for each in records]
    return write(
        shard.stream, batch, lambda **noted: shard.hold(checkpoint="42", **noted), brake=Brake(shard, len(batch))
    )


def rubbish(count: int, what: str = "rubbish") -> list[bytes]:
    return [f"{what} {n}".encode() for n in range(count)]


def refused(count: int) -> list[dict[str, Any]]:
    return [{**dropped(f"bad{n}"), **REFUSED} for n in range(count)]


def good(count: int, caller: str | None = None) -> list[dict[str, Any]]:
    return [dropped(f"c{n}", caller, ended_s=n) for n in range(count)]


def stopped(stream: Stream) -> Stream | None:
    return Stream.objects.filter(pk=stream.pk, is_stopped=True).first()


@pytest.mark.parametrize(
    ("records", "unusable", "much"),
    [(49, 49, False), (50, 50, True), (250, 50, False), (249, 50, True), (1000, 200, False), (1000, 201, True)],
)
def test_too_much_is_more_than_a_fifth_and_at_least_fifty(records: int, unusable: int, much: bool) -> None:
    assert is_too_much(records, unusable) is much


def test_the_last_minute_is_kept_in_steps_of_ten_seconds() -> None:
    steps = with_batch([], 10, 1, now=1000)
    steps = with_batch(steps, 20, 2, now=1009)
    assert steps == [[1000, 30, 3]]
    steps = with_batch(steps, 5, 0, now=1010)
    assert steps == [[1000, 30, 3], [1010, 5, 0]]
    assert with_batch(steps, 1, 1, now=1065) == [[1010, 5, 0], [1060, 1, 1]]


def test_a_batch_of_rubbish_stops_the_stream_before_it_is_buried(world: World, shard: Shard) -> None:
    with pytest.raises(LeaseLost):
        read(shard, *rubbish(60), *good(40))
    stream = stopped(world.stream)
    assert stream
    assert stream.stopped_because == "60 of 100 records in the last minute could not be used: not JSON"
    assert stream.stopped_at
    assert DeadLetter.objects.count() == EXAMPLES
    assert not Call.objects.exists()
    left = Shard.objects.get()
    assert (left.checkpoint, left.unusable, left.recent, left.owner) == ("41", 0, [], "")


def test_what_is_refused_by_the_database_stops_the_stream_too_and_soon(world: World, shard: Shard) -> None:
    batch = refused(400)
    with CaptureQueriesContext(connection) as few, pytest.raises(LeaseLost):
        read(shard, *refused(60))
    stream = stopped(world.stream)
    assert stream
    reason = "refused by the database: SQLSTATE 23514, nothing_refused"
    assert stream.stopped_because == f"50 of 60 records in the last minute could not be used: {reason}"
    Stream.objects.update(is_stopped=False)
    Shard.objects.update(owner="me")
    with CaptureQueriesContext(connection) as many, pytest.raises(LeaseLost):
        read(Shard.objects.get(), *batch)
    assert len(many) < 3 * len(few)
    assert not Call.objects.exists()


def test_a_few_in_many_are_buried_and_counted(world: World, shard: Shard) -> None:
    assert read(shard, *rubbish(3), *refused(1), *good(20)) == 4
    assert not stopped(world.stream)
    shard.refresh_from_db()
    assert (shard.unusable, shard.checkpoint) == (4, "42")
    assert [step[1:] for step in shard.recent] == [[24, 4]]
    assert DeadLetter.objects.count() == 4


def test_records_that_come_one_by_one_are_added_up(world: World, shard: Shard) -> None:
    for n in range(49):
        read(shard, f"rubbish {n}".encode())
    with pytest.raises(LeaseLost):
        read(shard, b"[]")
    stream = stopped(world.stream)
    assert stream
    assert stream.stopped_because == "50 of 50 records in the last minute could not be used: not JSON"
    assert DeadLetter.objects.count() == 50


def test_all_shards_of_a_stream_are_added_up(world: World, shard: Shard) -> None:
    other, elsewhere = held(world.stream, "shardId-000000000001"), held(world.lens, "shardId-000000000000")
    read(elsewhere, *rubbish(49))
    read(other, *rubbish(30))
    with pytest.raises(LeaseLost):
        read(shard, *rubbish(20, "more"))
    assert stopped(world.stream)
    assert not stopped(world.lens)
    with pytest.raises(LeaseLost):
        read(other, dropped())
    assert not Call.objects.exists()


def test_what_was_more_than_a_minute_ago_is_forgotten(world: World, shard: Shard) -> None:
    shard.recent = [[int(now().timestamp()) - 70, 49, 49]]
    assert read(shard, b"rubbish") == 1
    assert not stopped(world.stream)


def test_the_same_record_counts_once_however_many_of_its_objects_are_refused(world: World, shard: Shard) -> None:
    read(shard, b"".join(json.dumps(each).encode() for each in refused(60)))
    assert not stopped(world.stream)
    assert DeadLetter.objects.get().count == 1


def test_the_stop_is_logged_once_as_an_error_and_quotes_no_record(world: World, shard: Shard) -> None:
    with capture_logs() as logs, pytest.raises(LeaseLost):
        read(shard, *(f"{BOB} {n}".encode() for n in range(60)))
    assert [(each["event"], each["stream"]) for each in logs if each["log_level"] == "error"] == [
        ("stream stopped", world.stream.pk)
    ]
    assert BOB[2:] not in str(logs)


def test_after_a_stop_the_batch_is_read_once_its_cause_is_mended(world: World, shard: Shard) -> None:
    arn = world.instance.arn
    world.instance.arn = arn[:-1] + "9"
    batch = [dropped(f"c{n}", None, InstanceARN=arn) for n in range(60)]
    shard.stream.instance = world.instance
    with pytest.raises(LeaseLost):
        read(shard, *batch)
    Stream.objects.all().resume()
    Shard.objects.update(owner="me")
    assert read(Shard.objects.get(), *batch) == 0
    assert Call.objects.count() == 60
    assert DeadLetter.objects.count() == EXAMPLES


def test_who_reads_on_without_mending_gets_dead_letters_and_no_second_stop(world: World, shard: Shard) -> None:
    with pytest.raises(LeaseLost):
        read(shard, *rubbish(60), *good(5))
    assert Stream.objects.all().resume() == 1
    stream = Stream.objects.get(pk=world.stream.pk)
    assert (stream.is_stopped, stream.stopped_because, stream.stopped_at) == (False, "", None)
    shard = Shard.objects.get()
    Shard.objects.update(owner="me")
    shard.owner = "me"
    assert read(shard, *rubbish(60), *good(5)) == 60
    Stream.objects.update(brake_off_until=timezone.now() + timedelta(seconds=5))
    assert read(shard, *rubbish(60, "more")) == 60
    stream.refresh_from_db()
    assert stream.brake_off_until
    assert stream.brake_off_until > timezone.now() + timedelta(seconds=30)
    assert DeadLetter.objects.count() == 120
    assert Call.objects.count() == 5
    assert not stopped(stream)


def test_the_brake_is_on_again_a_minute_after_the_trouble(world: World, shard: Shard) -> None:
    Stream.objects.update(brake_off_until=timezone.now() + timedelta(seconds=5))
    assert read(shard, *rubbish(40)) == 40
    stream = Stream.objects.get(pk=world.stream.pk)
    assert stream.brake_off_until
    assert stream.brake_off_until < timezone.now() + timedelta(seconds=6)
    Stream.objects.update(brake_off_until=timezone.now())
    with pytest.raises(LeaseLost):
        read(shard, *rubbish(20, "more"))
    assert stopped(stream)


def test_a_replay_stops_nothing(world: World) -> None:
    world.bring(*rubbish(60))
    assert replay(DeadLetter.objects.all()) == (0, 60)
    assert not stopped(world.stream)


def test_a_command_reads_a_stream_on_by_its_name_or_number(world: World) -> None:
    for wanted in (world.stream.name, str(world.stream.pk)):
        Stream.objects.filter(pk=world.stream.pk).update(is_stopped=True, stopped_because="60 of 60 records")
        said = StringIO()
        call_command("resume", wanted, stdout=said)
        assert "acme: acme-contact-records is read on. It had stopped: 60 of 60 records" in said.getvalue()
        assert not stopped(world.stream)


def test_the_command_says_what_it_cannot_do(world: World) -> None:
    with pytest.raises(CommandError, match="has not stopped"):
        call_command("resume", world.stream.name)
    Stream.objects.filter(pk=world.lens.pk).update(is_stopped=True)
    with pytest.raises(CommandError, match=f"no stream nonsense. By number: {world.lens.pk}"):
        call_command("resume", "nonsense")
    assert stopped(world.lens)


def test_to_configure_again_reads_nothing_on_that_the_brake_has_stopped(world: World, shard: Shard) -> None:
    with pytest.raises(LeaseLost):
        read(shard, *rubbish(60))
    file = f"""
        [[instance]]
        alias = "acme"
        arn = "{world.instance.arn}"
        [[instance.stream]]
        kind = "contact-records"
        name = "{world.stream.name}"
    """
    configure(file, {})
    assert stopped(world.stream)
    Stream.objects.all().resume()
    configure(file, {})
    assert not stopped(world.stream)
