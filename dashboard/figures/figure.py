from dataclasses import dataclass
from datetime import datetime

from .levels import Levels

# What matters first, in the strip's one row; the others in a smaller one below.
LEADING = ("progress", "waiting", "longest", "service-level", "dropped", "won-back", "cases")
OTHERS = ("flow", "ringing", "with-agent", "hold", "agents", "abandon-rate")


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One figure: a count or a text, or a time that ticks since a moment; or what to add so that it can be known."""

    name: str
    label: str
    means: str
    needs: str = ""
    source: str = ""
    value: int | str | None = None
    since: datetime | None = None
    levels: Levels | None = None
    note: str = ""
    alarm: str = ""  # what is unusual about it
    heard_at: datetime | None = None  # when Amazon Connect told it; None where streams do
    up_to: datetime | None = None
    href: str = ""

    @property
    def shown(self) -> int | str:
        return "—" if self.value is None else self.value

    @property
    def is_leading(self) -> bool:
        return self.name in LEADING

    @property
    def order(self) -> int:
        return (LEADING + OTHERS).index(self.name)
