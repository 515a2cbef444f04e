from datetime import datetime, timedelta
from html import unescape

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from calls.admin.spans import span
from calls.alarms import SWEEPS
from calls.models import DeadLetter, Gap, Shard, Stream, Sweep

from .pages import filled

LIST = "/admin/calls/stream/"


def ago(**since: float) -> datetime:
    return timezone.now() - timedelta(**since)


def address(stream: Stream) -> str:
    return f"{LIST}{stream.pk}/change/"


def text(client: Client, at: str) -> str:
    """A page without its tags, in one line."""
    html = client.get(at).content.decode()
    words = "".join(part.rpartition(">")[2] + " " for part in html.split("<"))
    return " ".join(unescape(words).split())


@pytest.fixture
def read(shard: Shard) -> Shard:
    now = timezone.now()
    Shard.objects.update(
        read_at=now - timedelta(minutes=4), behind_ms=60_000, newest_at=now - timedelta(hours=3), owner="host-a:1:b",
        epoch=7, lease_expires_at=now + timedelta(seconds=100), unusable=3, recent=[[now.timestamp() - 9, 90, 2]],
    )  # fmt: skip
    return shard


@pytest.mark.parametrize("at", ["list", "stream", "instance"])
def test_streams_show_how_far_they_were_read(admin: Client, read: Shard, letter: DeadLetter, at: str) -> None:
    Stream.objects.update(trouble="Kinesis refuses: AccessDeniedException")
    stream = read.stream
    at = {"list": LIST, "stream": address(stream), "instance": f"/admin/calls/instance/{stream.instance_id}/change/"}[
        at
    ]
    shown = text(admin, at)
    assert "Kinesis refuses: AccessDeniedException" in shown
    assert "5 min ago" in shown
    assert "3 h ago" in shown
    assert "1.5 a second, 41 in all" in shown
    assert "12 agent-events" in shown
    assert f'<a href="/admin/calls/deadletter/?stream__id__exact={stream.pk}">1</a>' in admin.get(at).content.decode()


def test_a_stream_s_page_shows_who_holds_each_shard(admin: Client, read: Shard) -> None:
    shown = text(admin, address(read.stream))
    assert "shardId-000000000000 open 4 min ago 60 s 3 h ago 41 90 3 host-a:1:b, " in shown
    Shard.objects.update(lease_expires_at=ago(seconds=300))
    assert "host-a:1:b, ran out 5 min ago 7" in text(admin, address(read.stream))
    Shard.objects.update(owner="", lease_expires_at=None)
    assert "3 nobody 7" in text(admin, address(read.stream))


def test_a_shard_says_that_it_waits_or_has_ended(admin: Client, read: Shard) -> None:
    Shard.objects.create(stream=read.stream, shard_id="child", parent_ids=[read.shard_id])
    assert "child waits for its parents never not known none yet" in text(admin, address(read.stream))
    Shard.objects.filter(pk=read.pk).update(is_ended=True)
    shown = text(admin, address(read.stream))
    assert "shardId-000000000000 read to its end" in shown
    assert "child open" in shown


def test_a_stream_that_was_never_read_says_so(admin: Client, stream: Stream) -> None:
    assert "never read" in text(admin, LIST)
    assert "Kinesis has not been asked for its shards yet." in text(admin, address(stream))


def test_a_stream_says_why_and_when_ringback_stopped_it(admin: Client, stream: Stream) -> None:
    Stream.objects.update(is_stopped=True, stopped_because="80 of 100 are not JSON", stopped_at=ago(minutes=5))
    for at in (LIST, address(stream)):
        assert "stopped: 80 of 100 are not JSON 5 min ago" in text(admin, at)
    Stream.objects.update(stopped_because="")
    assert "stopped by hand 5 min ago" in text(admin, LIST)


def test_gaps_that_are_open_are_counted(admin: Client, stream: Stream) -> None:
    for after, closed_at in (("1", None), ("2", None), ("3", ago(seconds=1))):
        Gap.objects.create(stream=stream, shard_id="0", after=after, to_at=ago(hours=1), closed_at=closed_at)
    address = f"/admin/calls/gap/?stream__id__exact={stream.pk}&is=open"
    assert f'<a href="{address}">2</a>' in admin.get(LIST).content.decode()
    assert admin.get(address).content.decode().count('class="field-state') == 2


def test_streams_are_stopped_and_read_on(admin: Client, stream: Stream) -> None:
    Stream.objects.update(trouble="Kinesis does not answer")
    data = {"action": "stop", "_selected_action": [stream.pk]}
    assert "1 stopped." in admin.post(LIST, data, follow=True).content.decode()
    stream.refresh_from_db()
    assert (stream.is_stopped, stream.stopped_because) == (True, "")
    assert stream.stopped_at is not None
    assert "1 resumed." in admin.post(LIST, {**data, "action": "resume"}, follow=True).content.decode()
    assert Stream.objects.filter(is_stopped=False, trouble="", stopped_at=None).exists()


def test_a_stream_s_page_stops_and_resumes_it_by_one_click(admin: Client, stream: Stream) -> None:
    for button, is_stopped in (("stop", True), ("resume", False)):
        html = admin.get(address(stream)).content.decode()
        assert f'<button type="submit" name="action" value="{button}"' in html
        admin.post(LIST, {"action": button, "_selected_action": stream.pk})
        assert Stream.objects.get().is_stopped is is_stopped


def test_the_limit_of_a_stream_is_set(admin: Client, stream: Stream) -> None:
    sent = filled(admin.get(address(stream)).content.decode(), behind_limit_s="300")
    admin.post(address(stream), sent)
    assert Stream.objects.get().behind_limit_s == 300


def test_the_list_costs_the_same_statements_for_one_stream_and_for_many(
    admin: Client, stream: Stream, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    def cost() -> int:
        with django_assert_max_num_queries(20) as asked:
            admin.get(LIST)
        return len(asked)

    before = cost()
    for number in range(10):
        another = Stream.objects.create(instance=stream.instance, kind="contact-lens", name=f"s{number}")
        Shard.objects.create(stream=another, shard_id="0")
    assert cost() == before


def test_the_front_page_says_what_is_wrong_and_what_to_do(admin: Client, stream: Stream) -> None:
    Stream.objects.update(is_stopped=True, stopped_because="80 of 100 are not JSON")
    shown = text(admin, "/admin/")
    assert "stopped acme: acme-contact-records Ringback stopped it: 80 of 100 are not JSON." in shown
    assert "docs/operations.md#stopped" in shown
    assert f'<a href="{address(stream)}">' in admin.get("/admin/").content.decode()


def test_the_front_page_says_that_nothing_is_wrong(admin: Client) -> None:
    for name in SWEEPS:
        Sweep.note(name)
    assert "Nothing is wrong with the intake now." in text(admin, "/admin/")


def test_a_stream_s_page_shows_its_own_alarms_alone(admin: Client, stream: Stream) -> None:
    Stream.objects.update(trouble="Kinesis refuses: ours")
    Stream.objects.create(instance=stream.instance, kind="contact-lens", name="s", trouble="Kinesis refuses: theirs")
    shown = text(admin, address(stream))
    assert "Kinesis refuses: ours. Reading goes on" in shown
    assert "theirs" not in shown


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(-1, "0 s"), (0.34, "0.3 s"), (12.7, "13 s"), (300, "5 min"), (7200, "2 h"), (3 * 86400, "3 days")],
)
def test_spans_are_told_in_words(seconds: float, words: str) -> None:
    assert span(seconds) == words
