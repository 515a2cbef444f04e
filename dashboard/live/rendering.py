"""Rows as their one partial shows them: each rendered once, however many sockets get it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import structlog
from django.template.loader import render_to_string

from . import frames

log = structlog.get_logger(__name__)

PARTIALS = {
    "calls": ("call", "live/call_row.html"),
    "agents": ("agent", "live/agent_tile.html"),
    "facts": ("call", "live/call_facts.html"),
    "marks": ("call", "live/marks.html"),
    "turns": ("turn", "live/turn.html"),
    "alerts": ("alert", "live/alert.html"),
    "cases": ("case", "live/case_row.html"),
    "case": ("case", "live/case_facts.html"),
    "entries": ("entry", "live/entry.html"),
    "screen": ("call", "live/screen_row.html"),
    "screen-words": ("call", "live/screen_words_row.html"),
}

Kept = dict[tuple[str, int], list[str]]  # by slot and row


@dataclass
class Rendering:
    kept: Kept  # from look to look, until they change
    done: dict[tuple[str, object], list[str]] = field(default_factory=dict)

    def place(self, name: str, row: Any, call_pk: int | None = None) -> list[str]:
        """The frame that places the row; none if it cannot be shown, which must not darken all the others."""
        key = (name, row.pk)
        if key not in self.done:
            self.done[key] = _placed(name, row, name if call_pk is None else f"{name}:{call_pk}")
        return self.done[key]


def _placed(name: str, row: Any, slot: str) -> list[str]:
    kind, partial = PARTIALS[name]
    try:
        return [frames.place(slot, render_to_string(partial, {kind: row}).strip())]
    except Exception:
        log.exception("A row cannot be shown.", slot=slot, pk=str(row.pk))
        return []
