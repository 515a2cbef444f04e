"""The turns of one conversation: what is known of each, whatever the order in which its pieces came, and how often."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from msgspec import Struct

from transcripts.cards import keep_marks
from transcripts.digits import MARK
from transcripts.lens.items import Attachments, Categories, Event, Issues, Item, Sentiment, Transcript, Utterance

# Issues that came before the turn they are in: [begin, end, is redacted] by turn id, fit for JSON.
Pending = dict[str, list[list[int]]]

_LONG_AGO = datetime.min.replace(tzinfo=UTC)
_NEVER_MS = 2**31


class Piece(Struct, array_like=True, gc=False):
    """In JSON its values in this order."""

    text: str
    begin_ms: int | None
    end_ms: int | None
    sentiment: Sentiment | None = None


@dataclass(slots=True)
class Turn:
    """`content` is what is shown: the final's text, or the pieces in order of offset with a space between."""

    turn_id: str
    kind: Literal["turn", "event", "attachment"] = "turn"
    role: str = ""
    participant_id: str = ""
    display_name: str = ""
    content: str = ""
    pieces: dict[str, Piece] = field(default_factory=dict)  # by Utterance.Id
    is_partial: bool = True
    begin_ms: int | None = None
    end_ms: int | None = None
    said_at: datetime | None = None
    sentiment: Sentiment | None = None
    issues: list[list[int]] = field(default_factory=list)  # characters of the content: [begin, end]
    is_redacted: bool = False
    is_gone: bool = False  # a piece that belonged to no turn, and is part of a final one: to be taken off the screen

    @property
    def speaker(self) -> str:
        return self.participant_id or self.role

    @property
    def is_orphan(self) -> bool:
        """One piece that named no turn: its turn is called like itself."""
        return self.is_partial and len(self.pieces) == 1 and self.turn_id in self.pieces

    def ordered_pieces(self) -> list[Piece]:
        by_offset = sorted(self.pieces.items(), key=lambda each: (_offsets(each[1]), each[0]))
        return [piece for _, piece in by_offset]

    def show(self) -> None:
        """Derive from the pieces of a turn that is not final what is shown of it."""
        if not self.is_partial:
            return
        pieces = self.ordered_pieces()
        self.content = "" if self.is_gone else " ".join(piece.text for piece in pieces if piece.text)
        self.begin_ms = min([piece.begin_ms for piece in pieces if piece.begin_ms is not None], default=None)
        self.end_ms = max([piece.end_ms for piece in pieces if piece.end_ms is not None], default=None)
        self.sentiment = next((piece.sentiment for piece in reversed(pieces) if piece.sentiment), None)


def merge(turns: dict[str, Turn], items: Iterable[Item], pending: Pending) -> set[str]:
    """Bring items into the turns of one conversation; the ids of the turns that changed.

    The end is the same whatever the order of the items and however often each comes, in one call or over many; of two
    finals with one id and different words, which nobody is known to send, the first stays. `turns` must hold the turns
    that the items name, and the finals and orphans that overlap them; `pending` holds the conversation's, to be kept
    with it. Both are changed in place.
    """
    changed: set[str] = set()
    for item in items:
        if isinstance(item, Utterance):
            changed |= _add_piece(turns, item)
        elif isinstance(item, (Transcript, Event, Attachments)):
            changed |= _finish(turns, item)
        elif isinstance(item, Issues):
            _hold(pending, item)
    changed |= _attach(turns, pending)
    if changed:
        changed |= _bury(turns)
    for turn_id in changed:
        turns[turn_id].show()
    return changed


def _add_piece(turns: dict[str, Turn], item: Utterance) -> set[str]:
    turn = turns.get(item.turn_id)
    if turn is None:
        turn = turns[item.turn_id] = Turn(item.turn_id)
    if item.id in turn.pieces or not turn.is_partial:
        return set()
    turn.pieces[item.id] = Piece(item.text, item.begin_ms, item.end_ms, item.sentiment)
    turn.role = turn.role or item.speaker.role
    turn.participant_id = turn.participant_id or item.speaker.participant_id
    return {turn.turn_id}


def _finish(turns: dict[str, Turn], item: Transcript | Event | Attachments) -> set[str]:
    old = turns.get(item.id)
    if old and not old.is_partial and old.is_redacted >= item.is_redacted:
        return _add_sentiment(old, item)
    turn = turns[item.id] = final(item)
    if old:
        keep_marks(turn, old.content)
    if old and not old.is_partial:
        turn.sentiment = turn.sentiment or old.sentiment
    return {item.id}


def _add_sentiment(turn: Turn, item: Transcript | Event | Attachments) -> set[str]:
    if turn.sentiment or not isinstance(item, Transcript) or item.sentiment is None:
        return set()
    turn.sentiment = item.sentiment
    return {turn.turn_id}


def final(item: Transcript | Event | Attachments) -> Turn:
    turn = Turn(
        item.id,
        role=item.speaker.role,
        participant_id=item.speaker.participant_id,
        display_name=item.speaker.display_name,
        is_partial=False,
        said_at=item.said_at,
        is_redacted=item.is_redacted,
    )
    if isinstance(item, Event):
        turn.kind, turn.content = "event", item.event_type
    elif isinstance(item, Attachments):
        turn.kind, turn.content = "attachment", ", ".join(item.names)
    else:
        turn.content, turn.sentiment = item.text, item.sentiment
        turn.begin_ms, turn.end_ms = item.begin_ms, item.end_ms
        turn.issues = _inside(item.text, item.issues)
    return turn


def _inside(text: str, issues: Iterable[Iterable[int]]) -> list[list[int]]:
    found = {(begin, min(end, len(text))) for begin, end in issues}
    return [[begin, end] for begin, end in sorted(found) if begin < end]


def _hold(pending: Pending, item: Issues) -> None:
    for turn_id, begin, end in item.found:
        pending.setdefault(turn_id, []).append([begin, end, int(item.is_redacted)])


def _attach(turns: dict[str, Turn], pending: Pending) -> set[str]:
    changed = set()
    for turn_id in list(pending):
        waiting = sorted({(begin, end, redacted) for begin, end, redacted in pending[turn_id]})
        turn = turns.get(turn_id)
        if turn and not turn.is_partial:
            if _add_issues(turn, [(begin, end) for begin, end, redacted in waiting if redacted == turn.is_redacted]):
                changed.add(turn_id)
            # Offsets count the characters of one text: a redacted turn has no use for those of the raw one.
            waiting = [each for each in waiting if each[2] > turn.is_redacted]
        pending[turn_id] = [list(each) for each in waiting]
        if not waiting:
            del pending[turn_id]
    return changed


def _add_issues(turn: Turn, found: list[tuple[int, int]]) -> bool:
    # Where a mark stands, the offsets of what comes later count other characters.
    issues = turn.issues if MARK in turn.content else _inside(turn.content, [*turn.issues, *found])
    is_news = issues != turn.issues
    turn.issues = issues
    return is_news


def _bury(turns: dict[str, Turn]) -> set[str]:
    """Mark the orphans that a final of the same speaker overlaps in time: it says their words.

    One that is gone stays so while it is an orphan: the final that overlaps it need not be among these turns.
    """
    lone = [turn for turn in turns.values() if turn.is_partial and (turn.is_gone or turn.is_orphan)]
    spoken = _spoken(turn for turn in turns.values() if not turn.is_partial) if lone else {}
    changed = set()
    for turn in lone:
        is_gone = turn.is_orphan and (
            turn.is_gone or _overlaps(turn.pieces[turn.turn_id], *spoken.get(turn.speaker, ([], [])))
        )
        if is_gone != turn.is_gone:
            turn.is_gone = is_gone
            changed.add(turn.turn_id)
    return changed


def _spoken(finals: Iterable[Turn]) -> dict[str, tuple[list[int], list[int]]]:
    """Of each speaker the beginnings and the ends of the stretches that finals cover, in order and apart."""
    spoken: defaultdict[str, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
    stretches = ((turn.begin_ms, turn.end_ms, turn.speaker) for turn in finals)
    for begin, end, speaker in sorted((b, e, who) for b, e, who in stretches if b is not None and e is not None):
        begins, ends = spoken[speaker]
        if ends and begin <= ends[-1]:
            ends[-1] = max(ends[-1], end)
        else:
            begins.append(begin)
            ends.append(end)
    return spoken


def _overlaps(piece: Piece, begins: list[int], ends: list[int]) -> bool:
    if piece.begin_ms is None or piece.end_ms is None:
        return False
    last = bisect_left(begins, piece.end_ms) - 1
    return last >= 0 and ends[last] > piece.begin_ms


def merge_categories(known: Mapping[str, Any], *items: Categories) -> dict[str, Any]:
    """{name: {"points": [...], "rule_id": ...}} of what was known and what came; Contact Lens gives matches no id."""
    merged = {
        name: ({tuple(point) for point in match["points"]}, match.get("rule_id")) for name, match in known.items()
    }
    for item in items:
        for name, match in item.matches.items():
            points, rule_id = merged.setdefault(name, (set(), None))
            points.update(tuple(point) for point in match.points)
            merged[name] = points, max(rule_id or "", match.rule_id or "") or None
    return {
        name: {"points": [list(point) for point in sorted(points, key=_point_order)], "rule_id": rule_id}
        for name, (points, rule_id) in merged.items()
    }


def _point_order(point: tuple[Any, ...]) -> list[tuple[str, Any]]:
    return [(type(part).__name__, part) for part in point]


def in_order(turns: Iterable[Turn]) -> list[Turn]:
    """As they were said; turns that do not say when come last."""
    return sorted(turns, key=lambda turn: (turn.said_at or _LONG_AGO, _offsets(turn), turn.turn_id))


def _offsets(each: Piece | Turn) -> tuple[int, int]:
    begin = _NEVER_MS if each.begin_ms is None else each.begin_ms
    return begin, begin if each.end_ms is None else each.end_ms
