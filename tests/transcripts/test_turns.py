from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transcripts.lens.items import (
    Attachments,
    Categories,
    Event,
    Issues,
    Item,
    Match,
    Point,
    Sentiment,
    Speaker,
    Transcript,
    Utterance,
)
from transcripts.notes import Notes
from transcripts.turns import Pending, Turn, in_order, merge, merge_categories

AGENT, CUSTOMER = Speaker("AGENT", "AGENT"), Speaker("CUSTOMER", "CUSTOMER")
ALICE = Speaker("CUSTOMER", "3f1c", "Alice")
NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)


def piece(
    piece_id: str, text: str, begin: int | None, turn: str | None = "t", sentiment: Sentiment | None = None
) -> Utterance:
    return Utterance(piece_id, turn, CUSTOMER, text, begin, None if begin is None else begin + 900, sentiment)


def final(text: str, begin: int = 0, end: int = 3000, turn: str = "t", speaker: Speaker = CUSTOMER) -> Transcript:
    return Transcript(turn, speaker, text, "NEGATIVE", begin, end)


def said(text: str, is_redacted: bool, turn: str = "c", **more: Any) -> Transcript:
    return Transcript(turn, ALICE, text, more.pop("sentiment", None), said_at=NOON, is_redacted=is_redacted, **more)


def merged(*items: Item) -> dict[str, Turn]:
    turns: dict[str, Turn] = {}
    merge(turns, items, {})
    return turns


def test_pieces_of_a_turn_are_shown_in_order_of_offset_with_a_space_between() -> None:
    turn = merged(piece("c", "help you?", 2000), piece("a", "Hello.", 0), piece("b", "Can I", 1000))["t"]
    assert (turn.content, turn.begin_ms, turn.end_ms, turn.is_partial) == ("Hello. Can I help you?", 0, 2900, True)
    assert (turn.role, turn.participant_id) == ("CUSTOMER", "CUSTOMER")


def test_pieces_that_do_not_say_when_stand_last() -> None:
    turn = merged(piece("a", "third", None), piece("b", "second", 50), piece("c", "first", 10))["t"]
    assert (turn.content, turn.begin_ms) == ("first second third", 10)


def test_the_final_replaces_the_pieces() -> None:
    turn = merged(piece("a", "Helo.", 0), final("Hello. Can I help you?"))["t"]
    assert (turn.content, turn.pieces, turn.is_partial) == ("Hello. Can I help you?", {}, False)
    assert (turn.sentiment, turn.begin_ms, turn.end_ms) == ("NEGATIVE", 0, 3000)


def test_a_piece_after_its_final_changes_nothing() -> None:
    turns = merged(final("Hello."))
    before = deepcopy(turns)
    assert merge(turns, [piece("late", "Helo.", 0)], {}) == set()
    assert turns == before


def test_items_that_come_twice_change_nothing() -> None:
    issues = Issues([("c", 0, 4), ("later", 0, 2)], is_redacted=True)
    items: list[Item] = [piece("a", "Hello", 0), final("Bye.", 9000, 9900, "u"), said("Help me", True), issues]
    turns: dict[str, Turn] = {}
    pending: Pending = {}
    assert merge(turns, items, pending) == {"t", "u", "c"}
    before = deepcopy((turns, pending))
    assert merge(turns, items, pending) == set()
    assert (turns, pending) == before


def test_a_sentiment_on_a_piece_is_kept_and_the_latest_shown() -> None:
    happy, angry = piece("a", "Great.", 0, sentiment="POSITIVE"), piece("b", "No!", 1000, sentiment="NEGATIVE")
    assert merged(angry, happy, piece("c", "Well", 2000))["t"].sentiment == "NEGATIVE"


def test_a_final_that_comes_again_with_its_sentiment_brings_it() -> None:
    turns = merged(said("Great", False))
    assert merge(turns, [said("Great", False, sentiment="POSITIVE")], {}) == {"c"}
    assert turns["c"].sentiment == "POSITIVE"


ORPHAN = piece("lone", "Hello th", 1000, turn=None)


@pytest.mark.parametrize("order", [1, -1])
def test_an_orphan_that_a_final_of_its_speaker_overlaps_is_gone(order: int) -> None:
    items: list[Item] = [ORPHAN, final("Hello there.", 1800, 4000)]
    turns: dict[str, Turn] = {}
    for item in items[::order]:
        changed = merge(turns, [item], {})
    assert "lone" in changed
    assert (turns["lone"].is_gone, turns["lone"].content) == (True, "")
    assert merge(turns, items, {}) == set()


@pytest.mark.parametrize(
    "other",
    [final("Yes.", 1800, 4000, speaker=AGENT), final("Before.", 0, 1000), final("After.", 1900, 4000)],
    ids=["another speaker", "before", "after"],
)
def test_an_orphan_that_no_final_of_its_speaker_overlaps_stays(other: Transcript) -> None:
    turns = merged(ORPHAN, other)
    assert (turns["lone"].is_gone, turns["lone"].content) == (False, "Hello th")


def test_an_orphan_that_is_gone_stays_so_when_the_final_that_has_its_words_is_not_at_hand() -> None:
    turns = merged(ORPHAN, final("Hello there.", 900, 1500))
    gone = {"lone": turns["lone"]}
    assert merge(gone, [final("Later.", 9000, 9500, "u")], {}) == {"u"}
    assert gone["lone"].is_gone


def test_an_orphan_becomes_the_turn_whose_final_has_its_id() -> None:
    turns = merged(ORPHAN, final("Hello there.", 1000, 4000), final("Hello", 1000, 1900, turn="lone"))
    assert (turns["lone"].is_gone, turns["lone"].content) == (False, "Hello")


@pytest.mark.parametrize("order", [1, -1])
def test_redacted_words_replace_raw_ones_and_never_the_other_way(order: int) -> None:
    raw, redacted = said("I am Alice", False, sentiment="NEUTRAL"), said("I am [PII]", True)
    turn = merged(*[raw, redacted][::order])["c"]
    assert (turn.content, turn.is_redacted, turn.sentiment, turn.said_at) == ("I am [PII]", True, "NEUTRAL", NOON)
    assert (turn.display_name, turn.participant_id) == ("Alice", "3f1c")


def test_issues_wait_for_their_turn() -> None:
    turns: dict[str, Turn] = {}
    pending: Pending = {}
    assert merge(turns, [Issues([("c", 5, 7), ("c", 8, 99)], is_redacted=False)], pending) == set()
    assert pending == {"c": [[5, 7, 0], [8, 99, 0]]}
    merge(turns, [said("I am Alice", False)], pending)
    assert (turns["c"].issues, pending) == ([[5, 7], [8, 10]], {})


def test_issues_of_the_raw_words_do_not_mark_the_redacted_ones() -> None:
    turns: dict[str, Turn] = {}
    pending: Pending = {}
    issues = [Issues([("c", 0, 1)], is_redacted=False), Issues([("c", 5, 10)], is_redacted=True)]
    merge(turns, [*issues, said("I am Alice", False)], pending)
    assert (turns["c"].issues, pending) == ([[0, 1]], {"c": [[5, 10, 1]]})
    merge(turns, [said("I am [PII]", True)], pending)
    assert (turns["c"].issues, pending) == ([[5, 10]], {})


def test_events_and_attachments_are_turns_of_their_kinds() -> None:
    turns = merged(
        Event("e", ALICE, "participant.left", NOON, is_redacted=False),
        Attachments("a", ALICE, ["Lily.jpg", "Rose.jpg"], NOON, is_redacted=False),
    )
    assert [(turn.kind, turn.content) for turn in turns.values()] == [
        ("event", "participant.left"),
        ("attachment", "Lily.jpg, Rose.jpg"),
    ]


@st.composite
def conversations(draw: st.DrawFn) -> list[Item]:
    """Turns of two speakers with pieces, finals, orphans, and chat with both outputs and its issues."""
    items: list[Item] = []
    at = 0
    for turn in range(draw(st.integers(1, 4))):
        speaker = draw(st.sampled_from([AGENT, CUSTOMER]))
        begin = at
        for number in range(draw(st.integers(0, 3))):
            known = f"turn-{turn}" if draw(st.booleans()) else None
            end = at + draw(st.integers(0, 5))
            sentiment: Sentiment | None = draw(st.sampled_from([None, "NEUTRAL", "POSITIVE"]))
            items.append(Utterance(f"{turn}.{number}", known, speaker, draw(st.text("ab ")), at, end, sentiment))
            at = end + draw(st.integers(-2, 3))
        if draw(st.booleans()):
            items.append(Transcript(f"turn-{turn}", speaker, draw(st.text("ab ")), None, begin, at))
    for turn in range(draw(st.integers(0, 2))):
        outputs = draw(st.lists(st.booleans(), unique=True))
        items += [said("x" * draw(st.integers(0, 9)), redacted, f"chat-{turn}") for redacted in outputs]
        spans = draw(st.lists(st.tuples(st.just(f"chat-{turn}"), st.integers(0, 9), st.integers(0, 9)), max_size=3))
        items += [Issues([span], draw(st.booleans())) for span in spans]
    return items


@given(st.data())
@settings(deadline=None, database=None)
def test_the_end_is_the_same_in_any_order_with_any_repetition(data: st.DataObject) -> None:
    items = data.draw(conversations())
    again = data.draw(st.lists(st.sampled_from(items), max_size=8)) if items else []
    turns: dict[str, Turn] = {}
    pending: Pending = {}
    for batch in data.draw(st.permutations([*items, *again]).map(lambda all_: [all_[::2], all_[1::2]])):
        before = deepcopy(turns)
        changed = merge(turns, batch, pending)
        assert changed == {turn_id for turn_id in turns if turns[turn_id] != before.get(turn_id)}
    expected: dict[str, Turn] = {}
    expected_pending: Pending = {}
    merge(expected, items, expected_pending)
    assert (turns, pending) == (expected, expected_pending)


def matched(points: list[Point], rule_id: str | None = None, name: str = "Refund") -> Categories:
    return Categories({name: Match(points, rule_id)})


def test_categories_are_merged_by_name() -> None:
    known = merge_categories({}, matched([[300, 400], [100, 200]]))
    both = merge_categories(known, matched([[100, 200], [50, 60]], "rule-1"), matched([], name="Angry"))
    assert both == {
        "Refund": {"points": [[50, 60], [100, 200], [300, 400]], "rule_id": "rule-1"},
        "Angry": {"points": [], "rule_id": None},
    }
    assert merge_categories(both, matched([[50, 60]])) == both
    assert known == {"Refund": {"points": [[100, 200], [300, 400]], "rule_id": None}}


def test_points_of_chat_may_have_no_place_in_their_turn() -> None:
    points: list[Point] = [["b", None, None], ["a", 4, 9], ["b", 0, 3]]
    assert merge_categories({}, matched(points))["Refund"]["points"] == [["a", 4, 9], ["b", None, None], ["b", 0, 3]]


def felt(number: int, sentiment: Sentiment | None, speaker: Speaker = CUSTOMER) -> Transcript:
    return Transcript(f"t{number:02}", speaker, "Well", sentiment, number * 1000, number * 1000 + 900)


def felt_so_far(*batches: dict[str, Turn]) -> tuple[str, list[int]]:
    notes = Notes()
    for turns in batches:
        notes.note_turns(turns.values(), datetime.now(UTC))
    return notes.mood, notes.trend_values


def test_the_mood_is_of_the_customers_last_finals() -> None:
    assert felt_so_far({}) == ("", [])
    assert felt_so_far(merged(felt(1, "NEGATIVE", AGENT), felt(2, None), piece("a", "", 0, "p", "NEGATIVE"))) == (
        "",
        [],
    )
    falling = [felt(4, "NEGATIVE"), felt(1, "POSITIVE"), felt(3, "NEUTRAL"), felt(2, "POSITIVE"), felt(5, "NEGATIVE")]
    assert felt_so_far(merged(*falling)) == ("NEGATIVE", [1, 1, 0, -1, -1])
    assert felt_so_far(merged(felt(1, "POSITIVE"), felt(2, "NEGATIVE"))) == ("NEUTRAL", [1, -1])
    assert felt_so_far(merged(*(felt(number, "POSITIVE") for number in range(20)))) == ("POSITIVE", [1] * 12)


def test_one_bad_turn_among_even_ones_is_not_a_bad_mood() -> None:
    assert felt_so_far(merged(felt(1, "NEGATIVE"))) == ("NEGATIVE", [-1])
    assert felt_so_far(merged(felt(1, "NEGATIVE"), felt(2, "NEUTRAL"), felt(3, "NEUTRAL")))[0] == "NEUTRAL"


def test_the_mood_of_batches_in_any_order_is_that_of_the_whole() -> None:
    early, late = merged(felt(1, "POSITIVE")), merged(felt(2, "NEGATIVE"), felt(3, "NEGATIVE"))
    assert felt_so_far(late, early, late) == felt_so_far(early, late) == ("NEUTRAL", [1, -1, -1])


def test_turns_are_in_order_as_they_were_said() -> None:
    turns = merged(final("Bye.", 9000, 9500, "u"), piece("a", "Hello", 0), ORPHAN, final("Hello there.", 900, 1500))
    assert [turn.turn_id for turn in in_order(turns.values())] == ["t", "lone", "u"]
