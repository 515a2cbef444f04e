from datetime import datetime
from itertools import pairwise

import pytest

from dashboard.demo.centre.endings import HEARD, QUIET, Ending
from dashboard.demo.centre.streams import CONTACT_LENS
from tests.dashboard.demo.centre.telling import SEEDS, TALES, lens_records, named, segments, tale_name, told
from transcripts.gaps import GAP_MS
from transcripts.lens import decode

HEARD_TALES = [(ending, seed) for ending, seed in TALES if ending.is_heard]
each_heard = pytest.mark.parametrize(("ending", "seed"), HEARD_TALES, ids=tale_name)
VOICE = [ending for ending in HEARD if ending.channel == "VOICE"]


@each_heard
def test_the_decoder_knows_every_part_of_every_record(ending: Ending, seed: int) -> None:
    for record in lens_records(told(ending, seed)):
        event = decode(record)
        assert event.unknown == 0
        assert event.channel == ending.channel
        assert bool(event.items) == (event.event == "SEGMENTS")


@each_heard
def test_contact_lens_speaks_only_while_an_agent_is_connected(ending: Ending, seed: int) -> None:
    story = told(ending, seed)
    calls = {call.id: call for call in story.calls}
    for delivery in story.deliveries:
        if delivery.stream == CONTACT_LENS:
            call = calls[delivery.key]
            assert call.connected_at is not None
            assert call.agent_left_at is not None
            assert call.connected_at <= delivery.at <= call.agent_left_at + 5


@each_heard
def test_a_session_starts_once_and_ends_at_most_once(ending: Ending, seed: int) -> None:
    story = told(ending, seed)
    for call in story.calls:
        if call.talk:
            events = [decode(record).event for record in lens_records(story, call.id)]
            assert events[0] == "STARTED"
            assert events.count("STARTED") == 1
            assert set(events[1:-1]) == {"SEGMENTS"}


def test_quiet_endings_have_no_words() -> None:
    for ending in QUIET:
        assert lens_records(told(ending, 1)) == []


@pytest.mark.parametrize("ending", VOICE, ids=tale_name)
def test_the_pieces_of_a_turn_join_to_the_transcript_that_replaces_them(ending: Ending) -> None:
    records = lens_records(told(ending, 1))
    pieces, finals = segments(records, "Utterance"), segments(records, "Transcript")
    for final in finals:
        mine = [piece for piece in pieces if piece["TranscriptId"] == final["Id"]]
        assert " ".join(piece["PartialContent"] for piece in mine) == final["Content"]
        assert mine[0]["BeginOffsetMillis"] == final["BeginOffsetMillis"]
        assert mine[-1]["EndOffsetMillis"] == final["EndOffsetMillis"]
        assert final["Sentiment"] in ("POSITIVE", "NEUTRAL", "NEGATIVE")


@pytest.mark.parametrize("name", ["line lost", "line lost on the agent's side"])
def test_a_line_lost_in_a_sentence_leaves_pieces_without_a_transcript(name: str) -> None:
    for seed in SEEDS:
        story = told(named(name), seed)
        assert story.calls[0].talk[-1].is_cut
        records = lens_records(story)
        if decode(records[-1]).event != "FAILED":
            finals = {final["Id"] for final in segments(records, "Transcript")}
            assert segments(records, "Utterance")[-1]["TranscriptId"] not in finals


def test_a_piece_comes_about_every_one_or_two_seconds() -> None:
    for seed in SEEDS:
        pieces = segments(lens_records(told(named("answered, customer hangs up"), seed)), "Utterance")
        ends = [piece["EndOffsetMillis"] for piece in pieces]
        gaps = sorted(later - earlier for earlier, later in pairwise(ends))
        assert 700 <= gaps[len(gaps) // 2] <= 2200


def test_a_piece_is_sent_soon_after_it_was_said() -> None:
    story = told(named("answered, customer hangs up"), 3)
    for delivery in story.deliveries:
        for piece in segments([delivery.record], "Utterance"):
            lag_s = delivery.at - (story.calls[0].began_at + piece["EndOffsetMillis"] / 1000)
            assert 0.2 <= lag_s <= 0.7


def test_chat_messages_carry_the_time_they_were_sent() -> None:
    story = told(named("chatted"), 2)
    for delivery in story.deliveries:
        for message in segments([delivery.record], "Transcript"):
            sent_at = datetime.strptime(message["Time"]["AbsoluteTime"], "%Y-%m-%dT%H:%M:%S.%f%z").timestamp()
            assert 0.2 <= delivery.at - sent_at <= 1.0


def test_sessions_end_in_every_way_that_amazons_do() -> None:
    ends = {decode(lens_records(told(named("answered, customer hangs up"), seed))[-1]).event for seed in range(200)}
    assert ends == {"COMPLETED", "FAILED", "SEGMENTS"}


def test_now_and_then_a_stretch_is_not_analysed_and_the_call_goes_on_after_it() -> None:
    gaps_ms = []
    for seed in range(60):
        finals = segments(lens_records(told(named("answered, customer hangs up"), seed)), "Transcript")
        turns = sorted((each["BeginOffsetMillis"], each["EndOffsetMillis"]) for each in finals)
        gaps_ms.append(max(later[0] - earlier[1] for earlier, later in pairwise(turns)))
    assert 2 <= sum(gap_ms >= GAP_MS for gap_ms in gaps_ms) <= 30


def test_categories_issues_and_summaries_are_told() -> None:
    heard = [record for seed in SEEDS for record in lens_records(told(named("answered, customer hangs up"), seed))]
    assert segments(heard, "Categories")
    assert any("IssuesDetected" in final for final in segments(heard, "Transcript"))
    assert any(summary["Status"] == "COMPLETED" for summary in segments(heard, "PostContactSummary"))
