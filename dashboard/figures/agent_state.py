"""What an agent does, by the newest snapshot: the contacts in hand come before the chosen status."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import Enum
from typing import Any, NamedTuple

from calls.models import Agent

from .levels import STAGE, Levels


class Doing(Enum):
    """In the order in which they want to be seen to: word, sign, and the group that figures count it in.

    After-call work and holds lead all but the missing once they are too long.
    """

    MISSING = ("not heard of", "?", "missing")
    MISSED = ("missed a contact", "!", "away")
    RINGING = ("ringing", "◔", "busy")
    AFTER_CALL = ("after-call work", "✎", "after-call work")
    HOLD = ("on hold", "‖", "busy")
    TALKING = ("with a caller", "●", "busy")
    AVAILABLE = ("available", "○", "available")
    AWAY = ("away", "□", "away")

    def __init__(self, word: str, sign: str, group: str) -> None:
        self.word, self.sign, self.group = word, sign, group
        self.rank = len(type(self).__members__)

    @property
    def levels(self) -> Levels | None:
        return STAGE if self in (Doing.AFTER_CALL, Doing.HOLD) else None


GROUPS = ("available", "busy", "after-call work", "away", "missing")

BEFORE_THE_URGENT = -(10**13)  # static/js/slots.js moves those up by a tenth of it

# As Amazon names the states of a contact; of several the first of these counts.
OF_CONTACT = {
    "CONNECTED_ONHOLD": Doing.HOLD,
    "PAUSED": Doing.HOLD,
    "CONNECTED": Doing.TALKING,
    "INCOMING": Doing.RINGING,
    "PENDING": Doing.RINGING,
    "CONNECTING": Doing.RINGING,
    "ENDED": Doing.AFTER_CALL,
    "MISSED": Doing.MISSED,
    "REJECTED": Doing.MISSED,
    "ERROR": Doing.MISSED,
}


class AgentState(NamedTuple):
    doing: Doing
    word: str
    since: datetime | None
    contact: dict[str, Any] | None  # as Agent.contacts has it

    @property
    def is_urgent(self) -> bool:
        if self.doing.levels is None or self.since is None:
            return False
        return self.doing.levels.of((datetime.now(UTC) - self.since).total_seconds()) == "red"

    @property
    def order(self) -> int:
        """Of its tile, before it gets urgent, which its script sees."""
        if self.doing is Doing.MISSING:
            return BEFORE_THE_URGENT
        return self.doing.rank * 10**10 + (int(self.since.timestamp()) if self.since else 10**10 - 1)


def state_of(agent: Agent) -> AgentState:
    contact = _foremost(agent.contacts)
    if agent.is_missing:
        return AgentState(Doing.MISSING, Doing.MISSING.word, agent.heard_at, contact)
    if contact:
        doing = _doing(contact)
        return AgentState(doing, doing.word, _moment(contact.get("since")), contact)
    if _is_available(agent):
        return AgentState(Doing.AVAILABLE, Doing.AVAILABLE.word, agent.status_since, None)
    return AgentState(Doing.AWAY, agent.status or Doing.AWAY.word, agent.status_since, None)


def _is_available(agent: Agent) -> bool:
    return agent.status_type == "ROUTABLE" or (not agent.status_type and agent.status.casefold() == "available")


def _foremost(contacts: list[dict[str, Any]]) -> dict[str, Any] | None:
    if len(contacts) < 2:
        return contacts[0] if contacts else None
    order = list(OF_CONTACT.values())
    return min(contacts, key=lambda it: (order.index(_doing(it)), it.get("since") or ""), default=None)


def _doing(contact: dict[str, Any]) -> Doing:
    """A state that Amazon adds keeps the agent busy."""
    return OF_CONTACT.get(contact.get("state") or "", Doing.TALKING)


def _moment(text: str | None) -> datetime | None:
    moment = datetime.fromisoformat(text) if text else None
    return moment if moment is None or moment.tzinfo else moment.replace(tzinfo=UTC)
