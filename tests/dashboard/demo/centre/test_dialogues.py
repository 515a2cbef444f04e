import pytest

from dashboard.demo.centre.dialogue import Dialogue
from dashboard.demo.centre.floor import QUEUES
from dashboard.demo.centre.speech import split
from tests.dashboard.demo.centre.telling import DIALOGUES

VOICE = [each for each in DIALOGUES if each.channel == "VOICE"]
each_dialogue = pytest.mark.parametrize("dialogue", DIALOGUES, ids=lambda dialogue: dialogue.name)


def test_every_queue_has_voice_dialogues_and_five_languages_are_spoken() -> None:
    assert len(VOICE) >= 14
    assert {each.queue for each in VOICE} == {queue.name for queue in QUEUES}
    assert {each.language for each in DIALOGUES} == {"en-US", "es-US", "de-DE", "ar-AE", "ja-JP"}


@each_dialogue
def test_a_dialogue_has_two_sides_and_a_summary_that_contact_lens_could_send(dialogue: Dialogue) -> None:
    assert 8 <= len(dialogue.turns) <= 25
    assert {turn.role for turn in dialogue.turns} == {"AGENT", "CUSTOMER"}
    assert dialogue.turns[0].role == "AGENT"
    assert {turn.mood for turn in dialogue.turns} <= {"POSITIVE", "NEUTRAL", "NEGATIVE"}
    assert 0 < len(dialogue.summary) <= 1762


@each_dialogue
def test_an_issue_is_found_in_the_words_of_its_turn(dialogue: Dialogue) -> None:
    issues = [turn for turn in dialogue.turns if turn.issue]
    assert issues
    assert all(turn.issue in turn.content for turn in issues if turn.issue)


@each_dialogue
def test_names_are_filled_in_and_nothing_else_is_left_to_fill(dialogue: Dialogue) -> None:
    said = " ".join(turn.content for turn in dialogue.said_by("Eve", "Bob").turns)
    assert "{" not in said
    assert "|" not in said
    assert "Eve" in said


@each_dialogue
def test_pieces_are_a_few_words_each_and_join_to_the_whole_turn(dialogue: Dialogue) -> None:
    for turn in dialogue.turns:
        pieces = split(turn.words)
        assert " ".join(pieces) == turn.content
        assert all(1 <= len(piece.split()) <= 5 for piece in pieces)


def test_a_card_number_is_spoken_over_two_pieces() -> None:
    spoken = [split(turn.words) for each in VOICE for turn in each.turns if "4111 1111 1111 1111" in turn.content]
    assert len(spoken) == 1
    assert not any("4111 1111 1111 1111" in piece for piece in spoken[0])
    assert any(piece.endswith("4111 1111") for piece in spoken[0])
