"""Where a call is, by all that is known of it. The first line of the table that holds decides: order cannot matter."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from calls.models.call import Stage
from calls.models.stream import Stream

from .facts import HAD, ON_HOLD, RINGING, RUNG_IN_VAIN, AtAgent, Facts

EVENTS, AGENTS, WORDS = Stream.Kind.CONTACT_EVENTS, Stream.Kind.AGENT_EVENTS, Stream.Kind.CONTACT_LENS


class Standing(NamedTuple):
    stage: Stage
    since: datetime | None
    source: str  # the kind of the stream that says so
    agent_arn: str = ""  # who has it, or had it last


def stage_of(
    facts: Facts, *, words_at: datetime | None, words_over_at: datetime | None, heard_at: datetime | None
) -> Standing:
    """Of a call without a contact record, which has the last word. `heard_at`: when anything was first heard of it.

    That Contact Lens has ended ends no call which events say is connected: it may have failed, and the call goes on.
    Where their word of the end is lost then, the contact record ends it, or silence.
    """
    here = {state: each.since for each in _newest_last(facts) if each.is_here for state in [each.state]}
    paused_at = _paused_at(facts)
    stage, since, source = (
        _ended(facts)
        or _first(Stage.HOLD, [(here.get(state), AGENTS) for state in ON_HOLD])
        or _first(Stage.HOLD, [(paused_at, EVENTS)])
        or _first(Stage.TALKING, [(facts.connected_at, EVENTS), (_talked_from(facts, here), AGENTS)])
        or _first(Stage.PASSED_ON if facts.next else Stage.ENDED, [(words_over_at, WORDS)])
        or _first(Stage.TALKING, [(words_at, WORDS)])
        or _first(Stage.RINGING, [(here.get(state), AGENTS) for state in RINGING])
        or _first(Stage.WAITING, [(facts.enqueued_at, EVENTS if facts.initiated_at else AGENTS)])
        or _first(Stage.FLOW, [(facts.initiated_at, EVENTS)])
        or (Stage.FLOW, None if facts.agents else heard_at, AGENTS if facts.agents else WORDS)
    )
    return Standing(stage, since, source, _agent(facts))


Place = tuple[Stage, datetime | None, str]


def _first(stage: Stage, told: Sequence[tuple[datetime | None, str]]) -> Place | None:
    return next(((stage, since, source) for since, source in told if since), None)


def _ended(facts: Facts) -> Place | None:
    """Disconnected; or no agent who was connected is so any more."""
    told = [(facts.disconnected_at or facts.acw_at or facts.completed_at, EVENTS), (_agents_done(facts), AGENTS)]
    stage = Stage.PASSED_ON if facts.next else Stage.WRAP_UP if _is_wrapping_up(facts) else Stage.ENDED
    return _first(stage, told)


def _agents_done(facts: Facts) -> datetime | None:
    had = [each for each in facts.agents.values() if _had(facts, each)]
    if any(each.is_here and each.state != "ENDED" for each in had):
        return None
    return max((each.since if each.state == "ENDED" else each.left_at or each.since for each in had), default=None)


def _had(facts: Facts, each: AtAgent) -> bool:
    """Connected, by the newest state of this agent, or before an error or a refusal."""
    is_after_talk = facts.talked_at is not None and facts.talked_at <= each.since
    return each.state in HAD or (each.state in RUNG_IN_VAIN and is_after_talk)


def _is_wrapping_up(facts: Facts) -> bool:
    had = [each for each in facts.agents.values() if each.state in HAD]
    if had:
        return any(each.is_here and each.state == "ENDED" for each in had)
    return facts.acw_at is not None and facts.completed_at is None


def _paused_at(facts: Facts) -> datetime | None:
    if facts.paused_at is None or facts.connected_at is None:
        return None
    return facts.paused_at if facts.resumed_at is None or facts.paused_at > facts.resumed_at else None


def _talked_from(facts: Facts, here: dict[str, datetime]) -> datetime | None:
    """Since the connection, not since the last hold."""
    return min(filter(None, (here.get("CONNECTED"), facts.talked_at)), default=None)


def _agent(facts: Facts) -> str:
    """Who has it, or had it last; else who is rung. Words tell of none, so they change nothing of it."""
    by_time = sorted((each.seen_at, arn, each) for arn, each in facts.agents.items())
    has = [arn for _, arn, each in by_time if each.is_here and each.state in HAD]
    had = [arn for _, arn, each in by_time if _had(facts, each)]
    rung = [arn for _, arn, each in by_time if each.is_here and each.state in RINGING]
    told = [facts.agent_arn] if facts.connected_at and facts.agent_arn else []
    return next((arns[-1] for arns in (has, told, had, rung) if arns), "")


def _newest_last(facts: Facts) -> list[AtAgent]:
    return sorted(facts.agents.values(), key=lambda each: (each.seen_at, each.since))
