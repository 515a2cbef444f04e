from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from calls.models import DeadLetter, Stream
from calls.streams.writer import write
from calls.sweeps import sweep_dead_letters

from .conftest import NUMBER

LIST = "/admin/calls/deadletter/"


def act(client: Client, action: str, *letters: DeadLetter, **more: str) -> str:
    data = {"action": action, "_selected_action": [letter.pk for letter in letters], **more}
    return client.post(LIST, data, follow=True).content.decode()


def test_the_list_shows_facts_and_no_bytes(above: Client, letter: DeadLetter) -> None:
    html = above.get(LIST).content.decode()
    assert "not JSON" in html
    assert "acme: acme-contact-records" in html
    assert f"{len(bytes(letter.data))}\xa0bytes" in html
    assert NUMBER not in html


@pytest.mark.parametrize("question", ["stream__id__exact={stream}", "reason=not+JSON"])
def test_the_list_filters_by_stream_and_reason(admin: Client, letter: DeadLetter, question: str) -> None:
    other = DeadLetter.objects.create(
        stream=Stream.objects.create(instance=letter.stream.instance, kind="contact-lens", name="lens"),
        digest=b"2", data=b"2", reason="over 1 MiB",
    )  # fmt: skip
    html = admin.get(f"{LIST}?{question.format(stream=letter.stream_id)}").content.decode()
    assert reverse("admin:calls_deadletter_change", args=[letter.pk]) in html
    assert reverse("admin:calls_deadletter_change", args=[other.pk]) not in html


def test_who_sets_up_sees_the_facts_of_a_letter_and_not_its_bytes(admin: Client, letter: DeadLetter) -> None:
    html = admin.get(f"{LIST}{letter.pk}/change/").content.decode()
    assert "not JSON" in html
    assert NUMBER not in html
    assert NUMBER.encode().hex(" ") not in html
    assert "ContactId" not in html


def test_a_superuser_sees_text_and_bytes_escaped(above: Client, letter: DeadLetter) -> None:
    html = above.get(f"{LIST}{letter.pk}/change/").content.decode()
    assert f"call {NUMBER}" in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "<script>alert" not in html
    assert "00000000  7b 22 43 6f 6e 74 61 63 74 49 64 22 3a 20 22 3c  {&quot;ContactId&quot;: &quot;&lt;" in html


def test_a_long_letter_is_cut_and_says_so(above: Client, stream: Stream) -> None:
    letter = DeadLetter.objects.create(stream=stream, digest=b"1", data=b"\xff" * (64 * 1024 + 7), reason="not UTF-8")
    assert "and 7 bytes more" in above.get(f"{LIST}{letter.pk}/change/").content.decode()


def test_a_letter_that_still_cannot_be_used_says_so(admin: Client, letter: DeadLetter) -> None:
    assert "0 replayed, 1 still cannot be used." in act(admin, "replay", letter)
    letter.refresh_from_db()
    assert letter.replayed_at is None


def test_a_letter_that_can_be_used_now_is_replayed(admin: Client, stream: Stream) -> None:
    data = (
        b'{"AWSContactTraceRecordFormatVersion": "2017-03-10", "ContactId": "c-1", "Channel": "VOICE",'
        b' "InitiationMethod": "INBOUND", "LastUpdateTimestamp": "2026-11-02T09:00:00Z"}'
    )
    letter = DeadLetter.objects.create(stream=stream, digest=DeadLetter.digest_of(data), data=data, reason="a defect")
    assert "1 replayed, 0 still cannot be used." in act(admin, "replay", letter)
    letter.refresh_from_db()
    assert letter.replayed_at is not None


def letters(stream: Stream, count: int) -> list[DeadLetter]:
    bytes_of = [f"rubbish {n}".encode() for n in range(count)]
    return DeadLetter.objects.bulk_create(
        DeadLetter(stream=stream, digest=DeadLetter.digest_of(data), data=data, reason="a defect") for data in bytes_of
    )


def test_many_letters_wait_for_a_replay_that_goes_on_by_itself(admin: Client, stream: Stream) -> None:
    first, *_ = letters(stream, 101)
    assert "101 wait for their replay" in act(admin, "replay", first, select_across="1")
    assert "waits for its replay" in admin.get(f"{LIST}?state=waiting").content.decode()
    assert DeadLetter.objects.filter(replay_asked_at__isnull=False).count() == 101
    sweep_dead_letters()
    assert not DeadLetter.objects.filter(replay_asked_at__isnull=False).exists()
    assert set(DeadLetter.objects.values_list("reason", "count", "replayed_at")) == {("not JSON", 2, None)}


def test_all_of_one_reason_are_replayed_and_no_others(admin: Client, stream: Stream, letter: DeadLetter) -> None:
    first, *_ = letters(stream, 101)
    data = {"action": "replay", "_selected_action": [first.pk], "select_across": "1"}
    admin.post(f"{LIST}?reason=a+defect", data)
    assert DeadLetter.objects.filter(replay_asked_at=None).get() == letter


def test_bytes_expire_and_the_facts_stay(above: Client, letter: DeadLetter, settings: Settings) -> None:
    DeadLetter.objects.update(last_seen_at=timezone.now() - timedelta(days=29))
    sweep_dead_letters()
    assert bytes(DeadLetter.objects.get().data) == bytes(letter.data)
    settings.DEAD_LETTER_DAYS = 28
    sweep_dead_letters()
    expired = DeadLetter.objects.get()
    assert bytes(expired.data) == b""
    assert (expired.reason, expired.count, bytes(expired.digest)) == (letter.reason, letter.count, bytes(letter.digest))
    for at in (LIST, f"{LIST}{letter.pk}/change/", f"{LIST}?state=expired"):
        assert "bytes expired" in above.get(at).content.decode()


def test_a_letter_whose_bytes_expired_cannot_be_replayed_and_says_so(admin: Client, letter: DeadLetter) -> None:
    DeadLetter.objects.update(data=b"", expired_at=timezone.now())
    html = act(admin, "replay", letter)
    assert "1 cannot be replayed: their bytes have expired." in html
    assert "still cannot be used" not in html
    assert DeadLetter.objects.get().count == letter.count


def test_a_record_that_comes_again_has_its_bytes_again(letter: DeadLetter) -> None:
    DeadLetter.objects.update(data=b"", expired_at=timezone.now())
    write(letter.stream, [(bytes(letter.data), timezone.now())])
    again = DeadLetter.objects.get()
    assert (bytes(again.data), again.expired_at) == (bytes(letter.data), None)


def test_letters_are_found_by_what_became_of_them(admin: Client, stream: Stream) -> None:
    one, other = letters(stream, 2)
    DeadLetter.objects.filter(pk=other.pk).update(replayed_at=timezone.now())
    for state, shown, hidden in (("open", one, other), ("replayed", other, one)):
        html = admin.get(f"{LIST}?state={state}").content.decode()
        assert reverse("admin:calls_deadletter_change", args=[shown.pk]) in html
        assert reverse("admin:calls_deadletter_change", args=[hidden.pk]) not in html


def test_a_letter_is_deleted_once_confirmed(admin: Client, letter: DeadLetter) -> None:
    assert "Are you sure" in act(admin, "delete_selected", letter)
    assert DeadLetter.objects.exists()
    act(admin, "delete_selected", letter, post="yes")
    assert not DeadLetter.objects.exists()


def test_a_letter_is_not_written_by_hand(above: Client, letter: DeadLetter) -> None:
    assert above.get(f"{LIST}add/").status_code == 403
    assert above.post(f"{LIST}{letter.pk}/change/", {"reason": "none"}).status_code == 403
