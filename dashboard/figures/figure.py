from dataclasses import dataclass
from datetime import datetime

from .levels import Levels


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One tile: a count or a text, or a time that ticks since a moment; or what to add so that it can be known."""

    name: str
    label: str
    means: str
    needs: str = ""
    source: str = ""
    value: int | str | None = None
    since: datetime | None = None
    levels: Levels | None = None
    note: str = ""
    is_old: bool = False  # the note says so
    up_to: datetime | None = None
    href: str = ""

    @property
    def shown(self) -> int | str:
        return "—" if self.value is None else self.value
