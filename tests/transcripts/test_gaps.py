from transcripts.gaps import Gap, with_gaps
from transcripts.models import Segment


def said(begin_ms: int | None, end_ms: int | None = None, **fields: object) -> Segment:
    return Segment(turn_id=f"turn-{begin_ms}", begin_ms=begin_ms, end_ms=end_ms, **fields)


def gaps(*turns: Segment) -> list[tuple[int, int]]:
    return [(each.begin_ms, each.end_ms) for each in with_gaps(turns) if isinstance(each, Gap)]


def test_a_long_stretch_that_neither_side_covers_was_not_analysed() -> None:
    assert gaps(said(0, 1000), said(13_000, 14_000)) == [(1000, 13_000)]
    assert Gap(1000, 13_900).seconds == 12


def test_people_pause_without_a_gap() -> None:
    assert gaps(said(0, 1000), said(10_900, 12_000)) == []


def test_a_turn_that_goes_on_under_others_covers_its_whole_stretch() -> None:
    assert gaps(said(0, 30_000), said(2000, 3000), said(31_000, 32_000)) == []


def test_pieces_that_never_became_final_were_analysed() -> None:
    assert gaps(said(0, 1000), said(1500, 14_000, is_partial=True), said(15_000, 16_000)) == []


def test_what_lies_before_the_first_words_is_the_flow_and_the_queue() -> None:
    assert gaps(said(120_000, 121_000)) == []


def test_turns_that_tell_no_offsets_make_no_gap() -> None:
    assert gaps(said(None), said(0, 1000), said(None), said(5000, None), said(20_000, 21_000)) == [(5000, 20_000)]


def test_each_gap_stands_before_the_turn_that_ends_it() -> None:
    first, second = said(0, 1000), said(20_000, 21_000)
    assert list(with_gaps([first, second])) == [first, Gap(1000, 20_000), second]
