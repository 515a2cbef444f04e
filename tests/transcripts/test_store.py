import threading
from datetime import UTC, datetime, timedelta

from django.db import connection, transaction

from tests.calls.world import World
from tests.transcripts.test_intake import final, lens
from transcripts import partitions, tasks
from transcripts.models import Segment


def exists(name: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s)", [name])
        return bool(cursor.fetchone() != (None,))


def test_the_next_months_partition_is_made_ahead(db: None) -> None:
    tasks.make_partitions()
    today = datetime.now(UTC).date()
    for day in (today, today.replace(day=1) + timedelta(days=32)):
        assert exists(f"transcripts_segment_{day:%Y_%m}")


def test_two_writers_that_meet_a_new_month_at_once_make_one_partition(transactional_db: None) -> None:
    day = datetime(2031, 5, 17, tzinfo=UTC).date()
    trouble: list[Exception] = []

    def run() -> None:
        try:
            with transaction.atomic():
                partitions.make_partitions([day])
        except Exception as error:
            trouble.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert exists("transcripts_segment_2031_05")
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE transcripts_segment_2031_05")
    assert trouble == []


def test_a_partition_whose_transaction_was_rolled_back_is_made_again(transactional_db: None) -> None:
    day = datetime(2031, 6, 1, tzinfo=UTC).date()
    with transaction.atomic():
        partitions.make_partitions([day])
        transaction.set_rollback(True)
    assert not exists("transcripts_segment_2031_06")
    partitions.make_partitions([day])
    assert exists("transcripts_segment_2031_06")
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE transcripts_segment_2031_06")


def test_turns_are_kept_by_call_and_turn_and_read_in_the_order_of_speech(world: World) -> None:
    world.bring(
        lens("SEGMENTS", "c1", final("second", 5000, turn="a"), final("first", 1000, turn="b")), stream=world.lens
    )
    world.bring(lens("SEGMENTS", "c2", final("other", 1000, turn="a")), stream=world.lens)
    mine = Segment.objects.filter(call_id=world.call("c1").pk).order_by("begin_ms")
    assert list(mine.values_list("content", flat=True)) == ["first", "second"]
    assert Segment.objects.count() == 3
