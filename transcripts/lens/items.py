"""What a Contact Lens record brings, in one form for voice and chat."""

from datetime import datetime
from typing import Literal

from msgspec import Struct

Sentiment = Literal["POSITIVE", "NEUTRAL", "NEGATIVE"]
Point = list[int | str | None]


class Speaker(Struct, frozen=True, gc=False):
    role: str = ""  # AGENT, CUSTOMER, SYSTEM, CUSTOM_BOT, SUPERVISOR; empty when the record does not say
    participant_id: str = ""
    display_name: str = ""


class Utterance(Struct, frozen=True, gc=False):
    """One piece of a voice turn, before the turn is final; the pieces of a turn follow each other."""

    id: str
    transcript_id: str | None
    speaker: Speaker
    text: str
    begin_ms: int | None
    end_ms: int | None
    sentiment: Sentiment | None

    @property
    def turn_id(self) -> str:
        """A piece that names no turn is one of its own, until a final overlaps it."""
        return self.transcript_id or self.id


class Transcript(Struct, frozen=True, gc=False):
    """A final turn. Voice tells offsets from the start of the contact, chat tells the time of day."""

    id: str
    speaker: Speaker
    text: str
    sentiment: Sentiment | None
    begin_ms: int | None = None
    end_ms: int | None = None
    said_at: datetime | None = None
    issues: list[tuple[int, int]] = []  # characters of the text: begin, end
    is_redacted: bool = False


class Event(Struct, frozen=True, gc=False):
    id: str
    speaker: Speaker
    event_type: str
    said_at: datetime
    is_redacted: bool


class Attachments(Struct, frozen=True, gc=False):
    id: str
    speaker: Speaker
    names: list[str]
    said_at: datetime
    is_redacted: bool


class Issues(Struct, frozen=True, gc=False):
    """Issues of chat, which may come before the turns they are in."""

    found: list[tuple[str, int, int]]  # turn id, begin and end in its characters
    is_redacted: bool


class Match(Struct, frozen=True, gc=False):
    points: list[Point]  # voice: [begin_ms, end_ms]; chat: [turn id, begin, end], the last two None for a whole turn
    rule_id: str | None


class Categories(Struct, frozen=True, gc=False):
    matches: dict[str, Match]


class Summary(Struct, frozen=True, gc=False):
    status: str
    content: str | None
    failure_code: str | None


class Extracted(Struct, frozen=True, gc=False):
    definition_id: str
    name: str
    label: str
    values: list[str]
    failure_code: str | None


Item = Utterance | Transcript | Event | Attachments | Issues | Categories | Summary | Extracted
