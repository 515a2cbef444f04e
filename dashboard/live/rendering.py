"""Rows as their one partial shows them: each rendered once in a look, however many sockets get it."""

from __future__ import annotations

from dataclasses import dataclass, field

import structlog
from django.db.models import Model
from django.template.loader import render_to_string

from . import frames

log = structlog.get_logger(__name__)

PARTIALS = {
    "calls": ("call", "live/call_row.html"),
    "agents": ("agent", "live/agent_tile.html"),
    "facts": ("call", "live/call_facts.html"),
    "turns": ("turn", "live/turn.html"),
    "alerts": ("alert", "live/alert.html"),
    "cases": ("case", "live/case_row.html"),
    "case": ("case", "live/case_facts.html"),
    "entries": ("entry", "live/entry.html"),
    "screen": ("call", "live/screen_row.html"),
    "screen-words": ("call", "live/screen_words_row.html"),
}


@dataclass
class Rendering:
    done: dict[tuple[str, object], list[str]] = field(default_factory=dict)

    def place(self, slot: str, row: Model) -> list[str]:
        """The frame that places the row; none if it cannot be shown, which must not darken all the others."""
        key = (slot, row.pk)
        if key not in self.done:
            name, partial = PARTIALS[slot]
            try:
                self.done[key] = [frames.place(slot, render_to_string(partial, {name: row}).strip())]
            except Exception:
                log.exception("A row cannot be shown.", slot=slot, pk=str(row.pk))
                self.done[key] = []
        return self.done[key]
