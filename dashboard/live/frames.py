"""What is said to a browser, encoded once for all who may have it."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

import msgspec


class Message(NamedTuple):
    """Frames as a socket sends them: a message costs much, a frame in it little."""

    text: str
    frames: int
    beat: int | None = None  # the number that the browser acknowledges


def message(told: Sequence[str], beat: int | None = None) -> Message:
    return Message(f"[{','.join(told)}]", len(told), beat)


def place(slot: str, html: str) -> str:
    return _encoded({"type": "place", "slot": slot, "html": html})


def gone(slot: str, element_id: str) -> str:
    return _encoded({"type": "gone", "slot": slot, "id": element_id})


def rest(slot: str, left: int) -> str:
    """How many rows of a long list are still to be told; 0: the page has all of them."""
    return _encoded({"type": "rest", "slot": slot, "left": left})


def beat(n: int, now: datetime, age_s: float | None, every_s: float | None, cursor: int) -> str:
    """`every_s` is how often the feed looks while it hears no hints; None while it hears them."""
    moment = now.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return _encoded({"type": "beat", "now": moment, "age_s": age_s, "every_s": every_s, "cursor": str(cursor), "n": n})


RELOAD = '{"type":"reload"}'


def _encoded(frame: dict[str, object]) -> str:
    return msgspec.json.encode(frame).decode()
