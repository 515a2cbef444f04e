"""What is noted of a conversation as a whole, while its events come."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec
from django.db import connection

from transcripts.cards import mask_cards
from transcripts.lens import LensEvent
from transcripts.lens.items import Categories, Item, Sentiment, Summary
from transcripts.turns import Pending, Turn, merge_categories

TREND = 12  # sentiments of the customer that make the line on the wall
VALUES = {"NEGATIVE": -1, "NEUTRAL": 0, "POSITIVE": 1}

Columns = Sequence[Any]  # in the order of COLUMNS
COLUMNS = "state", "language", "categories", "summary", "summary_trouble", "mood", "mood_since", "trend", "pending"


@dataclass(slots=True)
class Notes:
    """The columns of `Conversation`, whose comments say what they hold; None as state: there is no row yet."""

    state: str | None = None
    language: str = ""
    categories: dict[str, Any] = field(default_factory=dict)
    summary: str = ""
    summary_trouble: str = ""
    mood: str = ""
    mood_since: datetime | None = None
    trend: list[list[Any]] = field(default_factory=list)
    pending: Pending = field(default_factory=dict)

    @property
    def trend_values(self) -> list[int]:
        return [value for _, _, value in self.trend]

    @classmethod
    def loaded(cls, columns: Columns) -> Notes:
        """From the table's columns; Django's connections hand over jsonb as text."""
        if columns[0] is None:
            return cls()
        state, language, categories, summary, trouble, mood, since, trend, pending = columns
        load = msgspec.json.decode
        return cls(state, language, load(categories), summary, trouble, mood, since, load(trend), load(pending))

    def note_events(self, events: Iterable[LensEvent]) -> None:
        """COMPLETED and FAILED end a conversation for good: what comes later only finds its place."""
        self.state = self.state or "live"
        for event in events:
            self.language = self.language or (event.language or "")[:16]
            if event.event in ("COMPLETED", "FAILED") and self.state == "live":
                self.state = event.event.lower()

    def note_items(self, items: Iterable[Item]) -> None:
        items = list(items)
        # At once: to merge with what is known, for each of many, takes a time that nobody has.
        if matched := [item for item in items if isinstance(item, Categories)]:
            self.categories = merge_categories(self.categories, *matched)
        for item in items:
            if isinstance(item, Summary):
                self.summary = mask_cards(item.content or "") or self.summary
                self.summary_trouble = "" if self.summary else (item.failure_code or item.status)[:64]

    def note_turns(self, turns: Iterable[Turn], heard_at: datetime) -> bool:
        """Mood by the customer's last final turns that tell one; whether anything changed."""
        before = self.trend
        if telling := felt(turns):
            self._note_trend(telling)
            self._note_mood(heard_at)
        return self.trend != before

    def _note_trend(self, telling: Iterable[Turn]) -> None:
        told = {turn_id: (ms, value) for ms, turn_id, value in self.trend}
        told |= {turn.turn_id: (_ms(turn), VALUES[turn.sentiment]) for turn in telling if turn.sentiment}
        in_order = sorted(told.items(), key=lambda each: each[1][0])
        self.trend = [[ms, turn_id, value] for turn_id, (ms, value) in in_order][-TREND:]

    def _note_mood(self, heard_at: datetime) -> None:
        before, self.mood = self.mood, mood(self.trend_values[-3:])
        if self.mood != before:
            self.mood_since = heard_at

    def columns(self) -> Columns:
        """Fit for JSON, and for comparing: nothing that changes in place is shared."""
        pending = {turn_id: list(waiting) for turn_id, waiting in self.pending.items()}
        return (
            self.state, self.language, self.categories, self.summary, self.summary_trouble, self.mood, self.mood_since,
            self.trend, pending,
        )  # fmt: skip


def are_settled(stored: Columns, events: Iterable[LensEvent]) -> bool:
    """Whether these events leave the columns, as loaded, as they are, but for what their items tell."""
    state, language, *_, pending = stored
    if state is None or pending != "{}":
        return False
    return all(event.event == "SEGMENTS" and (language or not event.language) for event in events)


def tells_mood(role: str, sentiment: Sentiment | None) -> bool:
    """Of a final turn."""
    return role == "CUSTOMER" and sentiment is not None


def felt(turns: Iterable[Turn]) -> list[Turn]:
    return [turn for turn in turns if not turn.is_partial and tells_mood(turn.role, turn.sentiment)]


def _ms(turn: Turn) -> int:
    if turn.said_at:
        return int(turn.said_at.timestamp() * 1000)
    return turn.end_ms or turn.begin_ms or 0


def mood(lately: list[int]) -> str:
    """Of -1, 0 and 1: only half or more of the way to an end is more than even, or the wall would be all red."""
    if not lately:
        return ""
    twice = 2 * sum(lately)
    return "NEGATIVE" if twice <= -len(lately) else "POSITIVE" if twice >= len(lately) else "NEUTRAL"


_NOTES = """jsonb_to_recordset(%s::jsonb) n(
    call_id bigint, state text, language text, categories jsonb, summary text, summary_trouble text, mood text,
    mood_since timestamptz, trend jsonb, pending jsonb)"""
MAKE = f"""
INSERT INTO transcripts_conversation (call_id, {", ".join(COLUMNS)}) SELECT call_id, {", ".join(COLUMNS)} FROM {_NOTES}
"""  # noqa: S608 - the names are ours
CHANGE = f"""
UPDATE transcripts_conversation c SET {", ".join(f"{name} = n.{name}" for name in COLUMNS)}
FROM {_NOTES} WHERE c.call_id = n.call_id
"""  # noqa: S608 - the names are ours


def make_notes(notes: Mapping[int, Columns]) -> None:
    """Of calls that had none, and whose rows are locked; by the calls' keys."""
    _save(MAKE, notes)


def change_notes(notes: Mapping[int, Columns]) -> None:
    _save(CHANGE, notes)


def _save(statement: str, notes: Mapping[int, Columns]) -> None:
    if notes:
        rows = [dict(zip(COLUMNS, columns, strict=True), call_id=pk) for pk, columns in notes.items()]
        with connection.cursor() as cursor:
            cursor.execute(statement, [msgspec.json.encode(rows).decode()])
