"""Card numbers leave the words before they are stored or pushed.

A card number is 13 to 19 digits that pass Luhn's check, in figures of any script or in English words, in one run or in
groups, told in one text or over several pieces and turns. In a longer run of groups a number of a card's form is
found too; an unbroken longer number is an id, and stays.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from transcripts import digits
from transcripts.digits import BOUNDARY, MARK, SEPARATORS, Span, card_spans, edge_spans

if TYPE_CHECKING:
    from transcripts.turns import Piece, Turn

GAP_S = 10  # a longer silence between two turns of a speaker ends a number

Cut = tuple[int, int, str]  # from, to, what stands there instead


@dataclass(slots=True)
class _Cell:
    """A text that may hold a share of a card number: a final turn's, or a piece's."""

    turn: Turn
    piece: Piece | None = None

    @property
    def text(self) -> str:
        return self.piece.text if self.piece else self.turn.content

    def cut(self, cuts: list[Cut]) -> bool:
        before = self.text
        if self.piece:
            self.piece.text = _cut(before, cuts)
        else:
            self.turn.content = _cut(before, cuts)
            self.turn.issues = _moved(self.turn.issues, cuts)
        return self.text != before


def mask_cards(text: str) -> str:
    """The text with MARK for each card number in it."""
    while spans := card_spans(text):
        text = _cut(text, [(begin, end, MARK) for begin, end in spans])
    return text


def mask_turns(turns: Iterable[Turn]) -> set[str]:
    """Mask in place, over the boundaries of pieces and of one speaker's turns too; the ids of the turns that changed.

    `turns` come in the order in which they were said. To mask again what is masked changes nothing.
    """
    changed: set[str] = set()
    for chain in _chains(turns):
        touched = _mask([cell for turn in chain for cell in _cells(turn)])
        for turn in chain:
            if turn.turn_id in touched:
                turn.show()
        changed |= touched
    return changed


def keep_marks(turn: Turn, old: str) -> None:
    """Mask at the edges of a text that replaces `old` the digits that were masked there, as a share of a number."""
    spans = edge_spans(turn.content, old)
    if spans:
        _Cell(turn).cut([(begin, end, MARK) for begin, end in spans])


def of_interest(turns: Iterable[Turn]) -> list[Turn]:
    """Those that bring a card number, or may bring a share of one: without any, there is nothing to mask."""
    return [turn for turn in turns if not turn.is_gone and digits.is_of_interest(turn.content)]


def may_go_on(turn: Turn) -> bool:
    """Whether a number in this turn of interest may begin in the one before or end in the next."""
    return turn.kind == "turn" and digits.may_go_on(turn.content)


def lets_through(turn: Turn) -> bool:
    """Whether a number may begin before this turn and end after it."""
    return turn.kind == "turn" and digits.lets_through(turn.content)


def _chains(turns: Iterable[Turn]) -> list[list[Turn]]:
    chains: list[list[Turn]] = []
    latest: dict[str, list[Turn]] = {}
    for turn in turns:
        chain = latest.get(turn.speaker)
        is_said = turn.kind == "turn" and not turn.is_gone
        if is_said and chain and _follows(chain[-1], turn):
            chain.append(turn)
            continue
        chains.append([turn])
        if is_said:
            latest[turn.speaker] = chains[-1]
    return chains


def _follows(last: Turn, turn: Turn) -> bool:
    if last.said_at and turn.said_at:
        return abs((turn.said_at - last.said_at).total_seconds()) <= GAP_S
    if last.end_ms is None or turn.begin_ms is None:
        return False
    return turn.begin_ms - last.end_ms <= GAP_S * 1000


def _cells(turn: Turn) -> list[_Cell]:
    return [_Cell(turn, piece) for piece in turn.ordered_pieces()] if turn.is_partial else [_Cell(turn)]


def _mask(cells: list[_Cell]) -> set[str]:
    changed: set[str] = set()
    while True:
        told = [cell for cell in cells if cell.text]
        spans = card_spans(BOUNDARY.join(cell.text for cell in told))
        if not spans:
            return changed
        for cell, cuts in _shares(told, spans):
            if cell.cut(cuts):
                changed.add(cell.turn.turn_id)


def _shares(cells: list[_Cell], spans: list[Span]) -> list[tuple[_Cell, list[Cut]]]:
    """What each cell loses: the first one of a turn has the mark, the others nothing in place of their digits."""
    begins = [0]
    for cell in cells:
        begins.append(begins[-1] + len(cell.text) + len(BOUNDARY))
    cuts: dict[int, list[Cut]] = {}
    for begin, end in spans:
        at = bisect_right(begins, begin) - 1
        turn = None
        while at < len(cells) and begins[at] < end:
            mark = "" if cells[at].turn is turn else MARK
            turn = cells[at].turn
            share = max(begin - begins[at], 0), min(end - begins[at], len(cells[at].text)), mark
            cuts.setdefault(at, []).append(share)
            at += 1
    return [(cells[at], shares) for at, shares in cuts.items()]


def _cut(text: str, cuts: list[Cut]) -> str:
    kept, at = [], 0
    for begin, end, mark in cuts:
        kept += [text[at:begin], mark]
        at = end
    kept.append(text[at:])
    left = "".join(kept)
    # A piece whose digits went to the mark of an earlier one.
    return left if cuts[0][2] else left.lstrip(SEPARATORS)


def _moved(issues: list[list[int]], cuts: list[Cut]) -> list[list[int]]:
    """Issues at their places in the cut text; one that begins or ends within a number takes in the whole mark."""
    begins = [begin for begin, _, _ in cuts]
    ends: list[int] = []  # of the marks, in the cut text
    shift = 0
    for begin, end, mark in cuts:
        ends.append(begin + shift + len(mark))
        shift += len(mark) - (end - begin)

    def moved(at: int, is_end: bool) -> int:
        last = bisect_right(begins, at) - 1
        if last < 0:
            return at
        begin, end, mark = cuts[last]
        if at >= end:
            return ends[last] + at - end
        return ends[last] if is_end and at > begin else ends[last] - len(mark)

    places = ([moved(begin, False), moved(end, True)] for begin, end in issues)
    return [[begin, end] for begin, end in places if begin < end]
