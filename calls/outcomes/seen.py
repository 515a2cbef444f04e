"""What the live streams saw of a call's end: how it stood with its agents, and who went on with the customer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import msgspec

from calls.stages.facts import HAD, AtAgent, Facts, NextLeg

if TYPE_CHECKING:
    from calls.models import Call

# The streams tell one moment by two clocks: what ended no longer before the call than this ended with it.
WITH_IT = timedelta(seconds=1)


@dataclass(frozen=True)
class Seen:
    talked: bool = False
    agent_state: str | None = None  # the last before the end, as Amazon names it
    hold_s: float | None = None  # how long the customer had been on hold at the end
    missed: tuple[str, ...] = ()  # the ARNs of the agents whom it rang in vain, in that order
    next: NextLeg | None = None  # it goes on with the customer


def facts_of(call: Call) -> Facts:
    return msgspec.convert(call.stage_facts, Facts)


def seen_of(call: Call) -> Seen:
    """By the end that the contact record tells, or else a contact event."""
    if not call.stage_facts:
        return Seen(talked=call.words_at is not None)
    facts = facts_of(call)
    record = call.contact_record
    ended_at = (record and record.ended_at) or facts.disconnected_at
    missed = sorted((at, arn) for arn, at in facts.rung_in_vain.items() if ended_at is None or at < ended_at - WITH_IT)
    return Seen(
        talked=_is_talked(call, facts),
        agent_state=_state_at(facts, ended_at) if ended_at else None,
        hold_s=_hold_s(facts, ended_at) if ended_at else None,
        missed=tuple(arn for _, arn in missed),
        next=facts.next if facts.next and carries_on(facts.next.initiation_method) else None,
    )


def carries_on(initiation_method: str | None) -> bool:
    """The customer may be on such a leg: not a supervisor's ear, not the flow after a hang-up."""
    return initiation_method not in ("DISCONNECT", "MONITOR")


def _is_talked(call: Call, facts: Facts) -> bool:
    moments = (call.words_at, facts.connected_at, facts.talked_at)
    return any(moments) or bool(facts.holds) or any(agent.state in HAD for agent in facts.agents.values())


def _state_at(facts: Facts, ended_at: datetime) -> str | None:
    if _hold_s(facts, ended_at) is not None:
        return "CONNECTED_ONHOLD"
    # Whoever is rung when the caller leaves has missed the call by that.
    if any(at >= ended_at - WITH_IT for at in facts.rung_in_vain.values()):
        return "INCOMING"
    held = [agent for agent in facts.agents.values() if _has_it_at(agent, ended_at)]
    return max(held, key=lambda agent: (agent.since, agent.state)).state if held else None


def _has_it_at(agent: AtAgent, moment: datetime) -> bool:
    is_left = agent.left_at is not None and agent.left_at < moment - WITH_IT
    return agent.since < moment and agent.state != "ENDED" and not is_left


def _hold_s(facts: Facts, ended_at: datetime) -> float | None:
    began = [start for start, end in facts.holds if start < ended_at and (end is None or end >= ended_at - WITH_IT)]
    return (ended_at - max(began)).total_seconds() if began else None
