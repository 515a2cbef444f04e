import re
from datetime import timedelta
from pathlib import Path
from typing import Any, get_args

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from calls.alarms import SWEEPS, Kind, alarms
from calls.models import AlertChannel, Gap, SalesforceOrg, Shard, Stream, Sweep, Team
from tests.calls.world import World


def ago(seconds: float) -> Any:
    return timezone.now() - timedelta(seconds=seconds)


def shard(stream: Stream, shard_id: str = "0", read_s: float | None = 1, **more: Any) -> Shard:
    read_at = None if read_s is None else ago(read_s)
    return Shard.objects.create(stream=stream, shard_id=shard_id, read_at=read_at, **{"behind_ms": 0, **more})


@pytest.fixture
def well(world: World) -> World:
    """Two streams that are read, and sweeps that ended just now."""
    Stream.objects.update(first_listed_at=ago(3600))
    shard(world.stream)
    shard(world.lens)
    for name in SWEEPS:
        Sweep.note(name)
    return world


def raised() -> list[tuple[str, str]]:
    return [(alarm.kind, alarm.stream.name if alarm.stream else alarm.about) for alarm in alarms()]


def test_nothing_is_wrong(well: World) -> None:
    assert alarms() == []


def test_a_stream_that_ringback_stopped_says_why_and_since_when(well: World) -> None:
    at = ago(60)
    Stream.objects.filter(pk=well.lens.pk).update(is_stopped=True, stopped_because="80 of 100 not JSON", stopped_at=at)
    [alarm] = alarms()
    assert (alarm.kind, alarm.since, alarm.stream) == ("stopped", at, well.lens)
    assert "80 of 100 not JSON" in alarm.words


def test_a_stream_that_a_person_stopped_is_another_alarm(well: World) -> None:
    Stream.objects.filter(pk=well.lens.pk).update(is_stopped=True)
    assert raised() == [("stopped-by-hand", "acme-contact-lens")]


def test_a_stopped_stream_is_not_said_to_be_behind_too(well: World) -> None:
    Stream.objects.update(is_stopped=True, trouble="Kinesis refuses: AccessDeniedException")
    Shard.objects.update(read_at=ago(9000))
    assert {kind for kind, _ in raised()} == {"stopped-by-hand"}


@pytest.mark.parametrize(
    ("read_s", "behind_ms", "is_behind"), [(59, 0, False), (61, 0, True), (31, 30_000, True), (1, 55_000, False)]
)
def test_a_stream_is_behind_by_the_last_read_and_by_how_far_that_was_behind(
    well: World, read_s: float, behind_ms: int, is_behind: bool
) -> None:
    well.lens.shards.update(read_at=ago(read_s), behind_ms=behind_ms)
    assert raised() == ([("behind", "acme-contact-lens")] if is_behind else [])


def test_each_stream_has_a_limit_of_its_own(well: World) -> None:
    Shard.objects.update(read_at=ago(30))
    Stream.objects.filter(pk=well.stream.pk).update(behind_limit_s=20)
    assert raised() == [("behind", "acme-contact-records")]


def test_a_shard_that_is_stuck_counts_however_well_its_neighbour_is_read(well: World) -> None:
    shard(well.lens, "1", read_s=90)
    [alarm] = alarms()
    assert alarm.kind == "behind"
    assert alarm.since is not None
    assert 85 < (timezone.now() - alarm.since).total_seconds() < 120


def test_a_shard_that_was_read_to_its_end_is_not_behind(well: World) -> None:
    shard(well.lens, "1", read_s=5000, is_ended=True)
    assert alarms() == []


def test_a_stream_that_was_never_read_is_an_alarm_after_its_limit(well: World) -> None:
    Shard.objects.update(read_at=None)
    Stream.objects.filter(pk=well.lens.pk).update(first_listed_at=ago(59))
    assert raised() == [("never-read", "acme-contact-records")]


def test_a_stream_whose_shards_were_never_listed_is_never_read(well: World) -> None:
    Shard.objects.all().delete()
    Stream.objects.filter(pk=well.lens.pk).update(first_listed_at=None)
    assert raised() == [("never-read", "acme-contact-lens"), ("never-read", "acme-contact-records")]


def test_a_shard_that_waits_for_its_parent_is_not_late(well: World) -> None:
    shard(well.lens, "1", read_s=None, parent_ids=["0"])
    assert alarms() == []


def test_a_shard_is_late_since_its_parent_was_read_to_its_end(well: World) -> None:
    well.lens.shards.update(is_ended=True, read_at=ago(30))
    shard(well.lens, "1", read_s=None, parent_ids=["0"])
    assert alarms() == []
    well.lens.shards.filter(is_ended=True).update(read_at=ago(70))
    assert raised() == [("never-read", "acme-contact-lens")]


def test_trouble_with_a_stream_is_told_in_its_own_words(well: World) -> None:
    Stream.objects.filter(pk=well.lens.pk).update(trouble="Kinesis refuses: AccessDeniedException")
    [alarm] = alarms()
    assert alarm.kind == "trouble"
    assert "AccessDeniedException" in alarm.words


def test_open_gaps_are_one_alarm_for_each_stream_until_they_are_closed(well: World) -> None:
    for after in "12":
        Gap.objects.create(stream=well.lens, shard_id="0", after=after, to_at=ago(60))
    [alarm] = alarms()
    assert (alarm.kind, alarm.stream, alarm.since) == ("gap", well.lens, Gap.objects.earliest("found_at").found_at)
    assert "Gaps: 2." in alarm.words
    Gap.objects.update(closed_at=ago(0))
    assert alarms() == []


@pytest.mark.parametrize("name", SWEEPS)
def test_a_sweep_that_is_older_than_20_s_is_named(well: World, name: str) -> None:
    Sweep.objects.filter(name=name).update(ended_at=ago(19))
    assert alarms() == []
    Sweep.objects.filter(name=name).update(ended_at=ago(21))
    assert raised() == [("sweep", name)]


@pytest.mark.parametrize("name", SWEEPS)
def test_a_sweep_that_never_ended_is_named(well: World, name: str) -> None:
    Sweep.objects.filter(name=name).delete()
    assert raised() == [("sweep", name)]


def test_partitions_may_take_hours(well: World) -> None:
    Sweep.objects.create(name="partitions", ended_at=ago(2 * 3600))
    assert alarms() == []
    Sweep.objects.update_or_create(name="partitions", defaults={"ended_at": ago(4 * 3600)})
    assert raised() == [("sweep", "partitions")]


def test_an_org_that_refuses_is_an_alarm(well: World) -> None:
    url = "https://acme.my.salesforce.com"
    SalesforceOrg.objects.create(name="main", login_url=url, lightning_url=url, trouble="invalid_client: no such app")
    assert raised() == [("salesforce", "main")]


def test_a_channel_that_alerts_do_not_reach_is_an_alarm_until_it_is_off(well: World) -> None:
    team = Team.objects.create(name="Billing", instance=well.instance)
    channel = AlertChannel.objects.create(team=team, name="pager", kind="webhook", trouble="It answers 500")
    assert raised() == [("delivery", "pager")]
    assert "It answers 500" in alarms()[0].words
    AlertChannel.objects.filter(pk=channel.pk).update(is_on=False)
    assert alarms() == []


def test_alarms_cost_the_same_statements_for_one_stream_and_for_many(
    well: World, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(7):
        alarms()
    for number in range(10):
        stream = Stream.objects.create(instance=well.instance, kind="contact-lens", name=f"s{number}", trouble="none")
        for shard_id in "01":
            shard(stream, shard_id, read_s=900)
        Gap.objects.create(stream=stream, shard_id="0", after="1", to_at=ago(60))
    Sweep.objects.all().delete()
    with django_assert_num_queries(7):
        assert len(alarms()) == 35


def test_every_alarm_has_a_heading_that_says_what_to_do(world: World) -> None:
    operations = (Path(__file__).parents[2] / "docs/operations.md").read_text()
    headings = re.findall(r"^### ([a-z-]+)$", operations, re.MULTILINE)
    assert set(get_args(Kind)) <= set(headings)
    assert alarms()[0].anchor == f"docs/operations.md#{alarms()[0].kind}"
