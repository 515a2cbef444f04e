from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from calls.models import Backfill, Gap
from tests.calls.backfill.reading import brought, lines
from tests.calls.world import World, dropped

NOW = timezone.now().replace(microsecond=0)


def hours_ago(hours: float) -> datetime:
    return NOW - timedelta(hours=hours)


@pytest.fixture
def gap(world: World) -> Gap:
    return Gap.objects.create(
        stream=world.stream, shard_id="shardId-000000000000", after="49", from_at=hours_ago(5), to_at=hours_ago(3)
    )


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "records").write_bytes(lines(dropped()))
    return tmp_path / "records"


@pytest.mark.parametrize(
    ("times", "is_closed"),
    [
        ({"from_at": hours_ago(5), "to_at": hours_ago(3)}, True),
        ({"from_at": hours_ago(9), "to_at": hours_ago(1)}, True),
        ({"to_at": hours_ago(3)}, True),
        ({"from_at": hours_ago(4), "to_at": hours_ago(3)}, False),
        ({"from_at": hours_ago(5), "to_at": hours_ago(4)}, False),
        ({}, False),
    ],
)
def test_a_backfill_that_is_done_closes_the_gaps_that_it_covers(
    world: World, gap: Gap, file: Path, times: dict[str, Any], is_closed: bool
) -> None:
    done = brought(world.stream, file, **times)
    gap.refresh_from_db()
    assert (gap.closed_at is not None, gap.filled_with) == (is_closed, done if is_closed else None)


def test_a_gap_whose_beginning_nobody_knows_needs_a_backfill_from_the_beginning(
    world: World, gap: Gap, file: Path
) -> None:
    Gap.objects.update(from_at=None)
    brought(world.stream, file, from_at=hours_ago(9), to_at=hours_ago(1))
    assert Gap.objects.open().exists()
    brought(world.stream, file, to_at=hours_ago(1))
    assert not Gap.objects.open().exists()


def test_another_streams_backfill_closes_nothing(world: World, gap: Gap, file: Path) -> None:
    brought(world.lens, file, to_at=hours_ago(1))
    assert Gap.objects.open().exists()


def test_one_that_brought_nothing_that_could_be_used_closes_nothing(world: World, gap: Gap, file: Path) -> None:
    file.write_bytes(b'{"rubbish": 1}')
    assert brought(world.stream, file, to_at=hours_ago(1)).state == "done"
    assert Gap.objects.open().exists()


def test_what_kinesis_had_thrown_away_it_cannot_fill_itself(world: World, gap: Gap) -> None:
    times = {"from_at": hours_ago(9), "to_at": hours_ago(1)}
    backfill = Backfill(stream=world.stream, source="kinesis", brought={"records": 5, "new": 5}, **times)
    assert not Gap.objects.filled_by(backfill).exists()


def test_a_gap_that_a_person_closed_stays_theirs(world: World, gap: Gap, file: Path) -> None:
    assert Gap.objects.all().close(by=None) == 1
    assert Gap.objects.all().close(by=None) == 0
    brought(world.stream, file, to_at=hours_ago(1))
    gap.refresh_from_db()
    assert gap.filled_with is None
