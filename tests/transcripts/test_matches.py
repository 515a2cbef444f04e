from typing import Any

from transcripts.matches import names_by_turn
from transcripts.models import Segment

TURNS = [
    Segment(turn_id="one", begin_ms=0, end_ms=4000),
    Segment(turn_id="two", begin_ms=3500, end_ms=9000),
    Segment(turn_id="chat"),
]


def names(*points: list[Any]) -> dict[str, list[str]]:
    return names_by_turn(TURNS, {"Refund": {"points": list(points), "rule_id": None}})


def test_a_category_was_said_in_the_turn_that_its_stretch_covers_most_of() -> None:
    assert names([0, 4000]) == {"one": ["Refund"]}
    assert names([3000, 9000]) == {"two": ["Refund"]}


def test_a_stretch_over_many_turns_is_told_once() -> None:
    assert names([0, 9000]) == {"two": ["Refund"]}


def test_a_place_in_a_chat_names_its_turn() -> None:
    assert names(["chat", 3, 8]) == {"chat": ["Refund"]}


def test_a_category_without_a_place_was_said_in_no_turn() -> None:
    assert names() == {}
    assert names([20_000, 21_000]) == {}
