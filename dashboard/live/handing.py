"""The messages of one look: who is told the same, at the same beat, gets the very same message."""

from __future__ import annotations

from collections.abc import Sequence

from . import frames
from .look import Sight
from .told import Audience


class Messages:
    def __init__(self, sight: Sight, n: int, every_s: float | None) -> None:
        self._sight, self._n, self._every_s = sight, n, every_s
        self._beats: dict[int, str] = {}  # by cursor
        self._of: dict[Audience, frames.Message] = {}
        self._all: dict[tuple[str, ...], frames.Message] = {}

    def of(self, audience: Audience, beside: Sequence[str]) -> frames.Message:
        """Its frames, those that this socket alone is told beside them, and the beat."""
        if beside:
            return self._message(audience, beside)
        if audience not in self._of:
            self._of[audience] = self._message(audience, ())
        return self._of[audience]

    def _message(self, audience: Audience, beside: Sequence[str]) -> frames.Message:
        key = (*audience.frames, *beside, self._beat(audience.cursor))
        if key not in self._all:
            self._all[key] = frames.message(key, self._n)
        return self._all[key]

    def _beat(self, cursor: int) -> str:
        if cursor not in self._beats:
            self._beats[cursor] = frames.beat(self._n, self._sight.now, self._sight.age_s, self._every_s, cursor)
        return self._beats[cursor]
