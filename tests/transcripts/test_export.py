import csv
from datetime import UTC, datetime
from io import StringIO
from typing import Any

import pytest

from calls.models import Call, Caller, Instance
from transcripts.export import CHUNK, written
from transcripts.models import Conversation, Segment
from transcripts.partitions import make_partitions

ARN = "arn:aws:connect:us-east-1:123456789012:instance/00000000-0000-4000-8000-000000000001"


@pytest.fixture
def call(db: None) -> Call:
    instance = Instance.objects.create(alias="acme", arn=ARN)
    caller = Caller.objects.create(instance=instance, key="+12025550142", name="Ana Torres")
    call = Call.objects.create(
        instance=instance, contact_id="c", root_contact_id="c", queue_name="Billing", agent_username="alice",
        caller=caller,
    )  # fmt: skip
    call.refresh_from_db()
    make_partitions([call.filed_on])
    return call


def say(call: Call, turn_id: str, words: str, begin_ms: int | None = 0, **fields: Any) -> Segment:
    turn: dict[str, Any] = {
        "filed_on": call.filed_on, "call_id": call.pk, "turn_id": turn_id, "number": 1, "kind": "turn",
        "role": "CUSTOMER", "participant_id": "c", "display_name": "", "content": words, "is_partial": False,
        "begin_ms": begin_ms, "end_ms": None if begin_ms is None else begin_ms + 1500, "is_redacted": False,
        "is_gone": False,
    }  # fmt: skip
    return Segment.objects.create(**turn | fields)


def text(call: Call, form: str) -> str:
    return "".join(written(call, form))


def rows(call: Call) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(text(call, "csv").removeprefix("\ufeff"))))


def test_the_text_tells_who_said_what_and_when_with_what_was_marked(call: Call) -> None:
    Conversation.objects.create(call=call, categories={"Refund": {"points": [[0, 1500]], "rule_id": None}})
    say(call, "one", "I want my\nmoney back", sentiment="NEGATIVE", issues=[[7, 12]])
    say(call, "two", "One moment", 14_000, role="AGENT", is_partial=True)
    assert text(call, "txt") == (
        f"Call {call.pk}, Billing\n\n"
        "[00:00:00] Ana Torres: I want my money back (negative, issue, Refund)\n"
        "--- 12 s not analysed ---\n"
        "[00:00:14] alice: One moment (not final)\n"
    )


@pytest.mark.parametrize("words", ['=HYPERLINK("x")', "+1", "-2", "@SUM(A1)", "\t=1", "\r=1", " =1"])
def test_no_cell_is_a_formula(call: Call, words: str) -> None:
    say(call, "one", words, display_name="=cmd|' /C calc'!A0")
    [row] = rows(call)
    assert row["words"] == f"'{words}"
    assert row["speaker"].startswith("'=")


def test_a_row_keeps_the_words_as_they_are(call: Call) -> None:
    say(call, "one", 'She said: "no", twice,\nand left', 1234, sentiment="POSITIVE")
    say(call, "two", "مرحبا 今日は", 40_000)
    first, gap, second = rows(call)
    assert first["words"] == 'She said: "no", twice,\nand left'
    assert (first["begin_s"], first["end_s"], first["sentiment"], first["final"]) == (
        "1.234",
        "2.734",
        "positive",
        "yes",
    )
    assert (gap["kind"], gap["begin_s"], gap["end_s"]) == ("gap", "2.734", "40.000")
    assert second["words"] == "مرحبا 今日は"


def test_captions_are_escaped_and_no_words_begin_another_cue(call: Call) -> None:
    say(call, "one", "<b>a & b</b>\n\n00:00:01.000 --> 00:00:09.000\nfake", 3_661_005, display_name="<i>Ana")
    assert text(call, "vtt") == (
        "WEBVTT\n\n"
        "01:01:01.005 --> 01:01:02.505\n"
        "<v &lt;i&gt;Ana>&lt;b&gt;a &amp; b&lt;/b&gt; 00:00:01.000 --&gt; 00:00:09.000 fake\n\n"
    )


def test_captions_of_a_chat_are_timed_from_its_first_message(call: Call) -> None:
    at = datetime(2026, 11, 2, 10, 30, tzinfo=UTC)
    for n in range(2):
        say(call, f"m{n}", f"words {n}", None, said_at=at.replace(second=5 * n))
    assert "00:00:00.000 --> 00:00:01.000" in text(call, "vtt")
    assert "00:00:05.000 --> 00:00:06.000" in text(call, "vtt")


def test_a_gap_stands_in_the_captions_as_a_note(call: Call) -> None:
    say(call, "one", "before")
    say(call, "two", "after", 61_500)
    assert "NOTE 60 s not analysed\n\n" in text(call, "vtt")


@pytest.mark.parametrize("form", ["txt", "csv", "vtt"])
def test_turns_that_were_taken_off_are_in_no_file(call: Call, form: str) -> None:
    say(call, "one", "stays")
    say(call, "two", "an orphan", is_gone=True)
    assert "stays" in text(call, form)
    assert "an orphan" not in text(call, form)


def test_a_long_transcript_is_whole_and_in_order_though_it_is_read_in_chunks(call: Call) -> None:
    turns = 2 * CHUNK + 3
    for n in range(turns):
        say(call, f"turn-{n:05}", f"words {n}", (n // 2) * 1000)  # pairs begin at once
    assert [row["words"] for row in rows(call)] == [f"words {n}" for n in range(turns)]
