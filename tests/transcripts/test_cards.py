from copy import deepcopy
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from transcripts.cards import mask_cards, mask_turns
from transcripts.digits import BOUNDARY, MARK, card_spans, lets_through
from transcripts.lens.items import Issues, Item, Speaker, Transcript, Utterance
from transcripts.turns import Turn, in_order, merge

CUSTOMER, AGENT = Speaker("CUSTOMER", "CUSTOMER"), Speaker("AGENT", "AGENT")
CARD = "4111111111111111"
ARABIC_INDIC = {ord("0") + figure: 0x660 + figure for figure in range(10)}
calmly = settings(deadline=None, database=None)


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("4111 1111 1111 1111", MARK),
        ("5555-5555-5555-4444", MARK),
        ("378282246310005", MARK),
        ("4111.1111.1111.1111.", f"{MARK}."),
        ("It is 4111, 1111, 1111, 1111, yes.", f"It is {MARK}, yes."),
        ("4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1", MARK),
        ("4111 1111 1111 1111 شكرا".translate(ARABIC_INDIC), f"{MARK} شكرا"),
        ("card:4111111111111111!", f"card:{MARK}!"),
        ("room 12 4111 1111 1111 1111 code 123", f"room 12 {MARK} code 123"),
        ("12 4111 1111 1111 1111 12 27 123", f"12 {MARK} 12 27 123"),
        ("4111111111111111 5555555555554444", f"{MARK} {MARK}"),
        ("Four one one one, one one one one. One one one one one one one one please", f"{MARK} please"),
        ("four one one one double one triple one triple one triple one one, thanks", f"{MARK}, thanks"),
        ("Double 5 double five triple five triple-five double five double 4 double four", MARK),
    ],
)
def test_a_card_number_becomes_a_mark(text: str, masked: str) -> None:
    assert mask_cards(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "4111 1111 1111 1112",
        "Call +1 202 555 0142 or 202-555-0142.",
        "+4915155501427",
        "on 2024-03-14 19:39:26, 14.03.2024",
        "order AX876293, id 20000000-0000-4000-8000-000000000001",
        "tracking 99994111111111111111",
        "one moment, oh, double check, I have two",
        "4111 1111 and then 1111 1111",
        "4111    1111     1111 1111",
        "²³¼ Ⅻ ①②③④⑤⑥⑦⑧⑨①②③④",
        "",
    ],
)
def test_other_numbers_stay(text: str) -> None:
    assert mask_cards(text) == text


@given(st.text("0123456789 .-,٤oneh[]abcd+", max_size=60))
@calmly
def test_a_text_without_a_run_that_passes_luhn_is_unchanged(text: str) -> None:
    figures = [int(character) for character in text if character.isdecimal()]
    runs = (figures[at : at + length] for length in range(13, 20) for at in range(len(figures) - length + 1))
    assume(not any(passes_luhn(run) for run in runs))
    assume("one" not in text and "oh" not in text)
    assert mask_cards(text) == text


@given(st.text() | st.text("0123456789 .-", max_size=80))
@calmly
def test_to_mask_again_changes_nothing(text: str) -> None:
    once = mask_cards(text)
    assert mask_cards(once) == once


def passes_luhn(figures: list[int]) -> bool:
    doubled = [figure * 2 for figure in figures[-2::-2]]
    return (sum(figures[::-2]) + sum(figure // 10 + figure % 10 for figure in doubled)) % 10 == 0


@st.composite
def card_numbers(draw: st.DrawFn) -> str:
    figures = draw(st.lists(st.integers(0, 9), min_size=12, max_size=18))
    check = next(digit for digit in range(10) if passes_luhn([*figures, digit]))
    return "".join(map(str, [*figures, check]))


@given(card_numbers(), st.sampled_from(["", " ", "-", ". ", ", "]), st.sampled_from("0٠०０"))  # noqa: RUF001 - a wide zero
@calmly
def test_every_card_number_becomes_a_mark_in_any_script_and_grouping(card: str, gap: str, zero: str) -> None:
    figures = "".join(chr(ord(zero) + int(figure)) for figure in card)
    groups = gap.join(figures[at : at + 4] for at in range(0, len(figures), 4))
    assert mask_cards(f"It is {groups}. Thanks") == f"It is {MARK}. Thanks"


def piece(number: int, text: str, turn: str | None = "t") -> Utterance:
    return Utterance(f"{turn}-{number}", turn, CUSTOMER, text, number * 1000, number * 1000 + 900, None)


def final(text: str, number: int = 0, turn: str = "t", speaker: Speaker = CUSTOMER, lasts: int = 900) -> Transcript:
    return Transcript(turn, speaker, text, None, number * 1000, number * 1000 + lasts)


def told(*items: Item) -> dict[str, Turn]:
    """Each item in a batch of its own, masked as it came."""
    turns: dict[str, Turn] = {}
    for item in items:
        merge(turns, [item], {})
        mask_turns(in_order(turns.values()))
    return turns


def texts(turn: Turn) -> list[str]:
    return [each.text for each in turn.ordered_pieces()]


def test_of_a_number_over_several_pieces_one_mark_is_left() -> None:
    pieces = [piece(0, "My card is 4111"), piece(1, "1111 1111."), piece(2, "1111. Thank"), piece(3, "you.")]
    turns: dict[str, Turn] = {}
    merge(turns, pieces, {})
    assert mask_turns(turns.values()) == {"t"}
    assert texts(turns["t"]) == [f"My card is {MARK}", "", "Thank", "you."]
    assert turns["t"].content == f"My card is {MARK} Thank you."
    assert mask_turns(turns.values()) == set()


def test_a_number_that_a_late_piece_completes_is_masked_in_the_pieces_stored_before() -> None:
    turns = told(piece(2, "1111 1111 yes"), piece(0, "It is 4111"))
    assert turns["t"].content == "It is 4111 1111 1111 yes"
    merge(turns, [piece(1, "1111")], {})
    assert mask_turns(turns.values()) == {"t"}
    assert texts(turns["t"]) == [f"It is {MARK}", "", "yes"]


def test_a_piece_that_comes_again_does_not_bring_its_digits_back() -> None:
    pieces = [piece(0, "4111 1111"), piece(1, "1111 1111")]
    turns = told(*pieces)
    assert merge(turns, pieces, {}) == set()
    assert texts(turns["t"]) == [MARK, ""]


@given(card_numbers(), st.data())
@calmly
def test_no_piece_keeps_its_share_in_whatever_order_the_pieces_come(card: str, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.sets(st.integers(1, len(card) - 1), min_size=1, max_size=5)))
    shares = [card[begin:end] for begin, end in zip([0, *cuts], [*cuts, len(card)], strict=True)]
    shares[0], shares[-1] = f"It is {shares[0]}", f"{shares[-1]}. Thanks"
    pieces = [piece(number, share) for number, share in enumerate(shares)]
    again = data.draw(st.lists(st.sampled_from(pieces), max_size=3))
    turn = told(*data.draw(st.permutations([*pieces, *again])))["t"]
    assert (turn.content.count(MARK), any(map(str.isdecimal, turn.content))) == (1, False)
    assert (turn.content.startswith("It is"), turn.content.endswith("Thanks")) == (True, True)


def test_a_phone_number_in_the_piece_after_a_card_number_stays() -> None:
    turn = told(piece(0, CARD), piece(1, "202 555 0142"), piece(2, "One moment"))["t"]
    assert turn.content == f"{MARK} 202 555 0142 One moment"


def test_a_number_over_two_turns_of_a_speaker_is_masked_in_both() -> None:
    turns = told(final("My card is 4111 1111", 0, "a"), final("Mhm.", 1, "b", AGENT), final("1111 1111. Okay?", 2, "c"))
    assert [turn.content for turn in turns.values()] == [f"My card is {MARK}", "Mhm.", f"{MARK}. Okay?"]
    assert mask_turns(turns.values()) == set()


def test_turns_far_apart_or_of_two_speakers_are_not_read_as_one_number() -> None:
    turns = told(final("4111 1111", 0, "a"), final("1111 1111", 60, "b"), final("1111 1111", 1, "c", AGENT))
    assert [turn.content for turn in turns.values()] == ["4111 1111", "1111 1111", "1111 1111"]


def test_messages_of_a_chat_are_read_together() -> None:
    noon = datetime(2026, 11, 2, 12, tzinfo=UTC)
    chat = [
        Transcript(f"c{number}", CUSTOMER, "4111 1111" if number == 0 else "1111 1111", None, said_at=noon + wait)
        for number, wait in enumerate([timedelta(0), timedelta(seconds=4), timedelta(minutes=2)])
    ]
    turns = told(*chat)
    assert [turn.content for turn in turns.values()] == [MARK, MARK, "1111 1111"]


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 2, 1, 0), (0, 3, 1, 2), (2, 1, 3, 0), (1, 3, 2, 0)])
def test_a_final_does_not_bring_back_a_share_that_was_masked_with_another_turn(order: tuple[int, ...]) -> None:
    items: list[Item] = [
        piece(0, "It is 4111 1111", "a"),
        piece(2, "1111 1111 please", "b"),
        final("It is 4111 1111", 0, "a"),
        final("1111 1111 please", 2, "b"),
    ]
    turns = told(*(items[at] for at in order))
    assert [turns[turn].content for turn in "ab"] == [f"It is {MARK}", f"{MARK} please"]


def test_a_final_alone_does_not_show_the_share_that_its_pieces_gave() -> None:
    turns = told(piece(0, "It is 4111 1111", "a"), piece(2, "1111 1111", "b"), final("It is 4111 1111.", 0, "a"))
    assert [turns[turn].content for turn in "ab"] == [f"It is {MARK}.", MARK]


def test_pieces_without_a_turn_are_read_together() -> None:
    turns = told(piece(0, "4111 1111", None), piece(1, "1111 1111", None))
    assert [turn.content for turn in turns.values()] == [MARK, MARK]


def test_issues_keep_their_places_beside_a_mark() -> None:
    text = f"No refund for {CARD} and nobody helps"
    issues = [(3, 9), (0, 14), (10, 20), (20, 34), (15, 18), (35, 48)]
    turns: dict[str, Turn] = {}
    merge(turns, [Transcript("t", CUSTOMER, text, None, 0, 900, issues=issues)], {})
    mask_turns(turns.values())
    turn = turns["t"]
    marked = [turn.content[begin:end] for begin, end in turn.issues]
    assert marked == ["No refund for ", "refund", f"for {MARK}", MARK, f"{MARK} and", "nobody helps"]


def test_a_masked_turn_takes_no_late_issues_whose_places_it_lost() -> None:
    turns = told(final(f"{CARD} is refused"))
    before = deepcopy(turns)
    assert merge(turns, [Issues([("t", 20, 27)], is_redacted=False)], {}) == set()
    assert turns == before


figures = st.sampled_from(["4", "41", "4111", "11111", "one", "Oh", "four", "SIX", "phone", "two1", "a", "+"])
gaps = st.sampled_from(["", " ", ", ", " - ", ". - ", "     ", BOUNDARY, f" {BOUNDARY} "])


@calmly
@given(st.lists(st.tuples(figures, gaps), min_size=8, max_size=40))
def test_no_number_is_passed_over_by_the_quick_look(parts: list[tuple[str, str]]) -> None:
    text = "".join(part for pair in parts for part in pair)
    # A text that tells of repeats is given no quick look.
    assert card_spans(text) == card_spans(f"{text} and then a double")


@pytest.mark.parametrize("text", ["4111", "four one, double one", "[card number]", "\u0664\u0661-1", "…", "", "1\n2."])
def test_a_number_may_run_on_through_a_turn_of_figures_or_of_nothing(text: str) -> None:
    assert lets_through(text)


@pytest.mark.parametrize("text", ["It is 4111", "4111 please", "the phone", "A8", "1 and 2"])
def test_other_words_break_a_number_off(text: str) -> None:
    assert not lets_through(text)
