"""What a page may ask to watch."""

from __future__ import annotations

from dataclasses import dataclass

from .messages import NOT_UNDERSTOOD, RefusedError

NEEDS = {
    "wall": "wall",
    "alerts": "acknowledge",
    "cases": "cases",
    "call": "calls",
    "marks": "coach",  # what supervisors noted at the turns of a call
    "case": "cases",
    "screen": "screen",
    "screen-words": "screen-words",
}
PAGES = {"call": "call", "marks": "call", "case": "case"}  # of one row: its kind


@dataclass(frozen=True)
class Watch:
    name: str
    pk: int | None = None

    @classmethod
    def parse(cls, text: str) -> Watch:
        name, colon, pk = text.partition(":")
        is_page = name in PAGES and colon and pk.isascii() and pk.isdigit() and len(pk) < 19
        if not is_page and (name not in NEEDS or name in PAGES or colon):
            raise RefusedError(NOT_UNDERSTOOD)
        return cls(name, int(pk) if is_page else None)

    def is_granted(self, rights: frozenset[str]) -> bool:
        return NEEDS[self.name] in rights
