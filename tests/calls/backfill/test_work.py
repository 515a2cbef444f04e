import gzip
import json
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from calls.backfill import batches, work
from calls.backfill.work import an_owner, attend, attend_next
from calls.models import Alert, Backfill, Call, Case, DeadLetter, Shard, Stream
from calls.models.backfill import REMARKS_KEPT
from calls.silence import end_silent_calls
from tests.calls.backfill.reading import back_to_back, brought, counted, known, lines, work_on
from tests.calls.world import BOB, REFUSED, SAMPLES, World, ago, answered, dropped, newer, refuse, sample


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "records"


def many(count: int) -> bytes:
    template = dropped("CONTACT", "+12025550142", ended_s=30 * 24 * 3600)
    return lines(*(json.dumps({**template, "ContactId": f"c{number:05}"}).encode() for number in range(count)))


def test_the_count_says_what_is_new_newer_known_and_unusable_and_writes_nothing(world: World, file: Path) -> None:
    there, moved, left = answered("there"), answered("moved"), dropped("left", BOB)
    world.bring(there, moved, newer(left))
    started = sample("contact_lens_voice/01_started.json")
    event = (SAMPLES / "contact_events/12_amazon_connect_cases_case_updated.json").read_bytes()
    file.write_bytes(lines(there, newer(moved), left, dropped("new"), b'{"a":', b"{}", started, event))
    before = (Call.objects.count(), Case.objects.count(), Alert.objects.count())
    count = counted(world.stream, file)
    assert (count.state, count.percent) == ("counted", 100)
    assert count.counted == {
        "records": 8, "new": 1, "newer": 1, "known": 2, "unusable": 2, "other: contact-lens": 1,
        "unread: cases-events": 1,
    }  # fmt: skip
    assert (Call.objects.count(), Case.objects.count(), Alert.objects.count()) == before
    assert not DeadLetter.objects.exists()
    world.stream.refresh_from_db()
    assert world.stream.unread_kinds == {}


def test_what_was_counted_is_what_is_brought(world: World, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also of contacts that come several times, far from each other."""
    monkeypatch.setattr(batches, "MOST_RECORDS", 3)
    first, other = dropped("c1"), dropped("c2", BOB)
    undated = {**dropped("c3", BOB), "LastUpdateTimestamp": None}
    same_second = {**first, "Attributes": {"again": "yes"}}
    file.write_bytes(
        lines(first, other, undated, newer(other), first, undated, other, same_second, newer(first), b"{}", first)
    )
    done = brought(world.stream, file)
    assert done.counted == done.brought == {"records": 11, "new": 3, "newer": 3, "known": 4, "unusable": 1}
    assert known() == ["c1", "c2", "c3"]
    assert DeadLetter.objects.count() == 1
    again = brought(world.stream, file)
    assert again.counted == again.brought == {"records": 11, "known": 10, "unusable": 1}
    assert DeadLetter.objects.get().count == 2
    assert Case.objects.count() == 2


def test_firehoses_objects_come_in(world: World) -> None:
    done = brought(world.stream, SAMPLES / "ctr_synthetic/17_firehose_concatenated.txt")
    assert done.brought == {"records": 2, "new": 2}
    assert len(known()) == 2


def test_an_old_drop_opens_no_case_and_screams_at_nobody_and_a_young_one_does(world: World, file: Path) -> None:
    old, young = dropped("old", ended_s=80 * 3600), dropped("young", BOB, ended_s=60 * 3600)
    file.write_bytes(back_to_back(old, young))
    assert brought(world.stream, file).state == "done"
    assert world.call("old").outcome == world.call("young").outcome == "abandoned"
    assert world.alerts() == ["young"]
    assert [call.contact_id for call in Call.objects.filter(case__isnull=False)] == ["young"]


def test_words_of_old_calls_are_no_calls_in_progress_for_long(world: World, tmp_path: Path) -> None:
    """Contact Lens has no clock of its own: the object's name has."""
    event = {**sample("contact_lens_voice/01_started.json"), "ContactId": "old"}
    (tmp_path / "acme-1-2026-11-02-09-05-33-a").write_bytes(lines(event))
    brought(world.lens, tmp_path)
    assert world.call("old").last_heard_at == datetime(2026, 11, 2, 9, 5, 33, tzinfo=UTC)
    end_silent_calls()
    assert not world.call("old").is_live


def test_many_unusable_records_of_a_backfill_do_not_stop_the_live_stream(world: World, file: Path) -> None:
    file.write_bytes(lines(*(b'{"n":%d}' % number for number in range(600))))
    assert brought(world.stream, file).brought == {"records": 600, "unusable": 600}
    assert not Stream.objects.get(pk=world.stream.pk).is_stopped
    assert DeadLetter.objects.count() == 600


def test_what_the_database_refuses_is_counted_when_it_does(world: World, file: Path) -> None:
    refuse()
    file.write_bytes(lines(dropped("c1"), {**dropped("bad"), **REFUSED}))
    done = brought(world.stream, file)
    assert (done.counted, known()) == ({"records": 2, "new": 2}, ["c1"])
    assert done.brought == {"records": 2, "new": 2, "unusable": 1}


def stop_after(steps: int, how: Callable[[], object]) -> Callable[[Backfill], None]:
    heard: list[Backfill] = []

    def step(backfill: Backfill) -> None:
        heard.append(backfill)
        if len(heard) == steps:
            how()

    return step


def bring_until(backfill: Backfill, steps: int, how: Callable[[], object]) -> None:
    assert backfill.bring_in(None, is_by_command=True)
    assert backfill.claim(an_owner())
    attend(backfill, stop_after(steps, how))
    backfill.refresh_from_db()


def test_a_worker_that_stops_hands_on_behind_the_last_batch(
    world: World, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.write_bytes(many(1200))
    backfill = counted(world.stream, file)
    stop = Stop()
    with monkeypatch.context() as during:
        during.setattr(work, "stopping", stop)
        bring_until(backfill, 1, stop.set)
    assert (backfill.state, backfill.owner, backfill.brought) == ("bringing", "", {"records": 500, "new": 500})
    assert len(known()) == 500
    work_on(backfill)
    assert (backfill.state, backfill.brought) == ("done", {"records": 1200, "new": 1200})
    assert len(known()) == 1200
    assert set(Call.objects.values_list("number", flat=True)) == {2}  # made, and brought in once


class Stop:
    """As the event that a worker sets when it is told to stop."""

    def __init__(self) -> None:
        self.said = False

    def set(self) -> None:
        self.said = True

    def is_set(self) -> bool:
        return self.said

    def wait(self, timeout: float) -> bool:
        return self.said


def test_one_that_was_cancelled_writes_no_more_and_can_go_on(world: World, file: Path) -> None:
    file.write_bytes(many(1200))
    backfill = counted(world.stream, file)
    bring_until(backfill, 1, lambda: Backfill.objects.get().cancel())
    assert (backfill.state, len(known())) == ("cancelled", 500)
    assert backfill.go_on(is_by_command=True)
    work_on(backfill)
    assert (backfill.state, len(known())) == ("done", 1200)


def test_of_two_at_one_backfill_only_the_later_goes_on(world: World, file: Path) -> None:
    file.write_bytes(many(1200))
    backfill = counted(world.stream, file)
    later = Backfill.objects.get()

    def overtake() -> None:
        Backfill.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))
        assert later.claim("another")

    bring_until(backfill, 1, overtake)
    assert (backfill.owner, backfill.state, len(known())) == ("another", "bringing", 500)
    attend(later)
    later.refresh_from_db()
    assert (later.state, later.brought) == ("done", {"records": 1200, "new": 1200})


def test_a_claim_that_is_held_is_nobody_elses(world: World, file: Path) -> None:
    backfill = Backfill.objects.create(stream=world.stream, location="s3://acme-archive")
    assert backfill.claim("me")
    assert not Backfill.objects.get().claim("you")
    backfill.release()
    assert Backfill.objects.get().claim("you")


def test_a_count_is_ready_once_and_begun_once(world: World, file: Path) -> None:
    file.write_bytes(many(1))
    backfill = counted(world.stream, file)
    assert Backfill.objects.get().bring_in(None, is_by_command=True)
    assert not backfill.bring_in(None, is_by_command=True)


def test_what_fails_says_why_and_goes_on_where_it_was(world: World, tmp_path: Path) -> None:
    for number in range(3):
        (tmp_path / f"{number}").write_bytes(many(500).replace(b'"c00', b'"%d-' % number))
    backfill = counted(world.stream, tmp_path)
    bring_until(backfill, 1, lambda: (tmp_path / "1").rename(tmp_path.parent / "kept"))
    assert (backfill.state, len(known())) == ("failed", 500)
    assert backfill.trouble == f"{tmp_path}/1 cannot be read: No such file or directory."
    (tmp_path.parent / "kept").rename(tmp_path / "1")
    assert backfill.go_on(is_by_command=True)
    work_on(backfill)
    assert (backfill.state, backfill.trouble, backfill.brought) == ("done", "", {"records": 1500, "new": 1500})
    assert len(known()) == 1500


def test_remarks_are_kept_up_to_a_number_and_counted(world: World, tmp_path: Path) -> None:
    for number in range(REMARKS_KEPT + 5):
        (tmp_path / f"{number:02}.csv").write_text("a,b\n")
    (tmp_path / "records").write_bytes(lines(dropped()))
    done = brought(world.stream, tmp_path)
    assert len(done.remarks) == REMARKS_KEPT
    assert done.brought == {"records": 1, "new": 1, "remarks": REMARKS_KEPT + 5}


def test_workers_take_the_oldest_first_two_at_once_and_leave_those_of_commands_alone(world: World) -> None:
    for _ in range(4):
        Backfill.objects.create(stream=world.stream, location="s3://acme-archive", state="bringing")
    commands = Backfill.objects.create(stream=world.stream, location="s3://x", is_by_command=True, state="bringing")
    asked = [backfill.pk for backfill in Backfill.objects.for_workers()[: work.AT_ONCE]]
    assert asked == sorted(Backfill.objects.exclude(pk=commands.pk).values_list("pk", flat=True))[:2]
    count = Backfill.objects.create(stream=world.stream, location="s3://acme-archive")
    assert Backfill.objects.for_workers().first() == count
    Backfill.objects.all().delete()
    attend_next()


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_twenty_megabytes_take_little_memory(world: World, file: Path, pack: Callable[[bytes], bytes]) -> None:
    record = dropped("c", ended_s=30 * 24 * 3600, Attributes={"words": "x" * 20_000})
    file.write_bytes(pack(lines(*({**record, "ContactId": f"c{number}"} for number in range(1000)))))
    tracemalloc.start()
    done = counted(world.stream, file)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert done.counted == {"records": 1000, "new": 1000}
    assert peak < 40 * 1024 * 1024


def test_one_huge_object_is_a_dead_letter_and_its_neighbours_come(world: World, file: Path) -> None:
    huge = json.dumps({**dropped("huge"), "Attributes": {"a": "x" * 12 * 1024 * 1024}}).encode()
    file.write_bytes(lines(dropped("c1"), huge, dropped("c2", BOB)))
    assert brought(world.stream, file).brought == {"records": 3, "new": 2, "unusable": 1}
    assert known() == ["c1", "c2"]
    assert huge.startswith(bytes(DeadLetter.objects.get().data))


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({"location": "s3:/acme"}, "location"),
        ({"location": "/etc/passwd"}, "location"),
        ({"location": "s3://Acme_1/x"}, "location"),
        ({"location": "s3://acme/x", "from_at": ago(hours=1)}, "to_at"),
        ({"location": "s3://acme/x", "from_at": ago(hours=1), "to_at": ago(hours=2)}, "to_at"),
        ({"location": "s3://acme/x", "to_at": ago(hours=-2)}, "to_at"),
        ({"source": "kinesis"}, "from_at"),
        ({"source": "kinesis", "from_at": ago(days=400), "to_at": ago(days=1)}, "from_at"),
        ({"source": "kinesis", "location": "s3://acme/x", "from_at": ago(days=2), "to_at": ago(days=1)}, "location"),
        ({"source": "ftp", "location": "s3://acme/x"}, "source"),
    ],
)
def test_nonsense_is_refused_with_its_field(world: World, given: dict[str, Any], refusal: str) -> None:
    with pytest.raises(ValidationError) as raised:
        Backfill(stream=world.stream, **given).full_clean()
    assert set(raised.value.message_dict) == {refusal}


def test_live_readers_that_are_behind_make_it_rest(world: World, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rests: list[float] = []
    stop = Stop()
    stop.wait = lambda timeout: bool(rests.append(timeout))  # type: ignore[method-assign, func-returns-value]
    monkeypatch.setattr(work, "stopping", stop)
    file.write_bytes(many(600))
    brought(world.stream, file)
    assert rests == []
    Shard.objects.create(stream=world.stream, shard_id="shardId-000000000000", behind_ms=60_000)
    brought(world.stream, file)
    assert len(rests) == 2
