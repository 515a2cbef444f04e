"""What contact events and agents' snapshots tell, merged into a call's facts.

Each of these but `note_left` is commutative, associative and idempotent: which event comes first, and how often, makes
no difference.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import islice
from typing import TypeVar

from calls.connect.agent_event import AgentContact
from calls.connect.contact_event import ContactEvent

from .facts import MOST_AGENTS, MOST_HOLDS, RUNG_IN_VAIN, AtAgent, Facts, NextLeg

Value = TypeVar("Value")
LONG_AGO, FAR_AHEAD = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


def note_event(facts: Facts, event: ContactEvent) -> None:
    """What holds by this contact event. One whose kind says what its fields do not counts from when it was sent."""
    kind, moment = event.kind, event.moment
    facts.initiated_at = earliest(facts.initiated_at, event.initiated_at or _if(kind == "INITIATED", moment))
    _note_queue(facts, event.queue_arn, event.enqueued_at or _if(kind == "QUEUED", moment))
    _note_connection(facts, event, event.connected_to_agent_at or _if(kind == "CONNECTED_TO_AGENT", moment))
    is_over = kind in ("DISCONNECTED", "COMPLETED")
    facts.disconnected_at = earliest(facts.disconnected_at, event.disconnected_at or _if(is_over, moment))
    facts.disconnect_reason = max(facts.disconnect_reason, event.disconnect_reason or "")
    facts.acw_at = earliest(facts.acw_at, event.acw_started_at)
    facts.completed_at = earliest(facts.completed_at, event.acw_ended_at or _if(kind == "COMPLETED", moment))
    facts.paused_at = latest(facts.paused_at, _if(kind == "PAUSED", moment))
    facts.resumed_at = latest(facts.resumed_at, _if(kind == "RESUMED", moment))
    facts.told_at = latest(facts.told_at, event.at)


def _if(is_so: bool, moment: datetime) -> datetime | None:
    return moment if is_so else None


def _note_queue(facts: Facts, arn: str | None, enqueued_at: datetime | None) -> None:
    """Into the last one; of which queue we know is better than only that."""
    held = (facts.queue_arn != "", facts.enqueued_at or LONG_AGO, facts.queue_arn)
    if (bool(arn), enqueued_at or LONG_AGO, arn or "") > held:
        facts.enqueued_at, facts.queue_arn = enqueued_at, arn or ""


def _note_connection(facts: Facts, event: ContactEvent, connected_at: datetime | None) -> None:
    """The first one. An agent may be named before it."""
    arn = event.agent_arn or ""
    held = (facts.connected_at or FAR_AHEAD, not facts.agent_arn, facts.agent_arn)
    if (connected_at or FAR_AHEAD, not arn, arn) < held:
        facts.connected_at, facts.agent_arn = connected_at, arn


def note_contact(facts: Facts, agent_arn: str, seen_at: datetime, contact: AgentContact) -> None:
    """What holds by a snapshot of this agent, of that moment, which lists the call."""
    since, state = contact.since or seen_at, contact.state or ""
    held = facts.agents.get(agent_arn)
    if held is None:
        _keep(facts.agents, agent_arn, AtAgent(state, since, seen_at))
    elif (seen_at, since, state) > (held.seen_at, held.since, held.state):
        is_gone = held.left_at is not None and held.left_at >= seen_at
        facts.agents[agent_arn] = AtAgent(state, since, seen_at, held.left_at if is_gone else None)
    _note_queue(facts, contact.queue_arn, contact.enqueued_at)
    if state in RUNG_IN_VAIN:
        _keep(facts.missed, agent_arn, max(since, facts.missed.get(agent_arn, since)))
    off_hold = [contact.connected_at, since if state in ("CONNECTED", "ENDED") else None]
    _note_holds(facts, [since] if state == "CONNECTED_ONHOLD" else [], [each for each in off_hold if each])


def note_left(facts: Facts, agent_arn: str, left_at: datetime) -> None:
    """What holds by a snapshot of this agent that does not list the call. The first that is told is kept.

    Of an agent who is seen with the call by another snapshot before that one, it has to be told anew.
    """
    held = facts.agents.get(agent_arn)
    if held and held.left_at is None and left_at >= held.seen_at:
        facts.agents[agent_arn] = AtAgent(held.state, held.since, held.seen_at, left_at)


def _note_holds(facts: Facts, began: list[datetime], ended: list[datetime]) -> None:
    if not began and not ended:
        return
    facts.off_hold = _first({*facts.off_hold, *ended})
    starts = _first({*(start for start, _ in facts.holds), *began})
    following = [*starts[1:], FAR_AHEAD][: len(starts)]
    facts.holds = [(start, _end(start, after, facts.off_hold)) for start, after in zip(starts, following, strict=True)]


def _end(start: datetime, following: datetime, off_hold: list[datetime]) -> datetime | None:
    """None: it lasts, or what ended it was lost."""
    return next((each for each in off_hold if start < each <= following), None)


def _first(moments: Iterable[datetime]) -> list[datetime]:
    return list(islice(sorted(moments), MOST_HOLDS))


def _keep(held: dict[str, Value], arn: str, value: Value) -> None:
    held[arn] = value
    if len(held) > MOST_AGENTS:
        del held[max(held)]  # any, but the same ones whatever came first


def note_next(facts: Facts, leg: NextLeg) -> None:
    if facts.next is None or (leg.at, leg.contact_id) < (facts.next.at, facts.next.contact_id):
        facts.next = leg


def earliest(one: datetime | None, other: datetime | None) -> datetime | None:
    return min((each for each in (one, other) if each), default=None)


def latest(one: datetime | None, other: datetime | None) -> datetime | None:
    return max((each for each in (one, other) if each), default=None)
