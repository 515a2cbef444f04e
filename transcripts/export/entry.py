from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from calls.models import Call
from transcripts.gaps import Gap
from transcripts.models import Segment


@dataclass(frozen=True)
class Entry:
    """A turn, or a gap between two, as every form of a file tells it."""

    kind: str  # turn, event, attachment or gap
    words: str
    speaker: str = ""
    role: str = ""
    begin_ms: int | None = None
    end_ms: int | None = None
    said_at: datetime | None = None
    sentiment: str = ""
    has_issue: bool = False
    is_partial: bool = False
    categories: tuple[str, ...] = ()

    @classmethod
    def of_gap(cls, gap: Gap) -> Entry:
        return cls("gap", f"{gap.seconds} s not analysed", begin_ms=gap.begin_ms, end_ms=gap.end_ms)

    @classmethod
    def of_turn(cls, turn: Segment, call: Call, categories: list[str]) -> Entry:
        return cls(
            turn.kind,
            turn.content.rpartition("event.")[2].replace(".", " ") if turn.kind == "event" else turn.content,
            speaker_of(turn, call),
            turn.role,
            turn.begin_ms,
            turn.end_ms,
            turn.said_at,
            (turn.sentiment or "").lower(),
            bool(turn.issues),
            turn.is_partial,
            tuple(categories),
        )

    @property
    def remarks(self) -> list[str]:
        """What is marked at it, in words."""
        return [
            *([self.sentiment] if self.sentiment else []),
            *(["issue"] if self.has_issue else []),
            *self.categories,
            *(["not final"] if self.is_partial else []),
        ]


def speaker_of(turn: Segment, call: Call) -> str:
    """The name where it is known, else the role: "Agent"."""
    known = {"AGENT": call.agent_username, "CUSTOMER": call.caller.name if call.caller else ""}
    return turn.display_name or known.get(turn.role, "") or turn.role.lower().capitalize() or "Somebody"


def clock(ms: int, *, is_precise: bool = False) -> str:
    """Offset from the beginning of the call: 00:06:15, or 00:06:15.250."""
    seconds, rest = divmod(max(0, ms), 1000)
    minutes, seconds = divmod(seconds, 60)
    told = f"{minutes // 60:02}:{minutes % 60:02}:{seconds:02}"
    return f"{told}.{rest:03}" if is_precise else told


def iso(moment: datetime | None) -> str:
    return moment.isoformat(timespec="milliseconds") if moment else ""
