from __future__ import annotations

from collections.abc import Iterable

from django.db import models

from transcripts.cards import mask_cards
from transcripts.lens import LensEvent
from transcripts.lens.items import Categories, Item, Summary
from transcripts.turns import Turn, last_words, merge_categories

TREND = 12  # sentiments of the customer that make the line on the wall
VALUES = {"NEGATIVE": -1, "NEUTRAL": 0, "POSITIVE": 1}


class Conversation(models.Model):
    """What Contact Lens said of a call as a whole."""

    class State(models.TextChoices):
        LIVE = "live"
        COMPLETED = "completed"
        FAILED = "failed"

    FIELDS = (
        "state",
        "language",
        "categories",
        "summary",
        "summary_trouble",
        "mood",
        "trend",
        "last_words",
        "last_words_ms",
        "pending",
    )

    call = models.OneToOneField("calls.Call", models.CASCADE, primary_key=True)
    state = models.CharField(max_length=16, choices=State.choices, default=State.LIVE)
    language = models.CharField(max_length=16, blank=True)
    categories = models.JSONField(default=dict, help_text='{name: {"points": [...], "rule_id": ...}}')
    summary = models.TextField(blank=True)
    summary_trouble = models.CharField(max_length=64, blank=True, help_text="FailureCode, when there is no summary.")
    mood = models.CharField(max_length=16, blank=True)
    trend = models.JSONField(default=list, help_text="[ms, turn id, -1 | 0 | 1] of the customer's last turns.")
    last_words = models.CharField(max_length=300, blank=True)
    last_words_ms = models.BigIntegerField(null=True, help_text="Where they end; for chat, since the epoch.")
    pending = models.JSONField(default=dict, help_text="Issues that came before their turns.")

    def __str__(self) -> str:
        return f"Conversation of call {self.call_id}"

    @property
    def trend_values(self) -> list[int]:
        return [value for _, _, value in self.trend]

    def note_events(self, events: Iterable[LensEvent]) -> None:
        """COMPLETED and FAILED end a conversation for good: what comes later only finds its place."""
        for event in events:
            self.language = self.language or (event.language or "")[:16]
            if event.event in ("COMPLETED", "FAILED") and self.state == self.State.LIVE:
                self.state = self.State(event.event.lower())

    def note_items(self, items: Iterable[Item]) -> None:
        for item in items:
            if isinstance(item, Categories):
                self.categories = merge_categories(self.categories, item)
            elif isinstance(item, Summary):
                self.summary = mask_cards(item.content or "") or self.summary
                self.summary_trouble = "" if self.summary else (item.failure_code or item.status)[:64]

    def note_turns(self, turns: Iterable[Turn]) -> None:
        """Mood by the customer's last final turns that tell one; the last words by whom ever."""
        turns = [turn for turn in turns if turn.kind == "turn" and not turn.is_gone]
        told = {turn_id: (ms, value) for ms, turn_id, value in self.trend}
        for turn in turns:
            if turn.role == "CUSTOMER" and not turn.is_partial and turn.sentiment:
                told[turn.turn_id] = (_ms(turn), VALUES[turn.sentiment])
        self.trend = [[ms, turn_id, value] for turn_id, (ms, value) in sorted(told.items(), key=lambda t: t[1][0])][
            -TREND:
        ]
        self.mood = mood(self.trend_values[-3:])
        latest = max((_ms(turn) for turn in turns if turn.content), default=None)
        if latest is not None and latest >= (self.last_words_ms or 0):
            self.last_words, self.last_words_ms = last_words(turns)[:300], latest


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
