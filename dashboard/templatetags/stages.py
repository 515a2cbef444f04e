"""How stages of calls and states of agents are told: word, sign, time, and who said so."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import msgspec
from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from calls.models import Agent, Call
from calls.models.call import Stage
from calls.models.queue import tail
from calls.stages.facts import Facts
from dashboard.figures.agent_state import AgentState, state_of
from dashboard.figures.levels import OF_STAGE, WAIT, Levels

from .telling import clock, iso, order, since

register = template.Library()
register.filter(state_of)
register.filter(tail)

SIGNS = {
    Stage.FLOW: "→",
    Stage.WAITING: "○",
    Stage.RINGING: "◔",
    Stage.TALKING: "●",
    Stage.HOLD: "‖",
    Stage.WRAP_UP: "✎",
    Stage.PASSED_ON: "↷",
    Stage.ENDED: "■",
}
EVENTS = ("contact-events", "agent-events")
BEFORE_AGENT = (Stage.FLOW, Stage.WAITING, Stage.RINGING)
CALLBACKS_LAST = 10**11


@register.filter
def stage(call: Call) -> SafeString:
    """The tag of a call's stage; a callback waits without anybody on the line."""
    if call.stage not in SIGNS:
        return SafeString("")
    word = "Callback pending" if is_callback(call) and call.stage == Stage.WAITING else call.get_stage_display()
    return format_html(
        '<span class="tag stage" title="{source}"><b aria-hidden="true">{sign}</b> {word}'
        '<span class="unseen"> {source}</span></span>',
        sign=SIGNS[Stage(call.stage)],
        word=word,
        source=source(call),
    )


@register.filter
def source(call: Call) -> str:
    return f"by {call.stage_source.replace('-', ' ')}" if call.stage_source else ""


@register.filter
def is_callback(call: Call) -> bool:
    return call.initiation_method == "CALLBACK"


@register.filter
def in_stage(call: Call) -> SafeString:
    return since_with(in_stage_since(call), levels_of(call))


@register.filter
def in_stage_since(call: Call) -> datetime | None:
    """Who waits, since coming into the queue, rung for in vain or not; else in the stage where events tell it, or
    since the call was heard, which is all that is known.
    """
    if call.waits and (call.enqueued_at or call.stage_since):
        return call.enqueued_at or call.stage_since
    return call.stage_since if _is_told(call) else call.first_heard_at or call.began_at


def levels_of(call: Call) -> Levels | None:
    if is_callback(call):
        return None
    if call.waits:
        return WAIT
    return OF_STAGE.get(Stage(call.stage)) if call.stage and _is_told(call) else None


def _is_told(call: Call) -> bool:
    return call.stage_source in EVENTS and call.stage_since is not None


@register.filter
def wait(moment: datetime | None) -> SafeString:
    return since_with(moment, WAIT)


@register.filter
def since_with(moment: datetime | None, levels: Levels | None) -> SafeString:
    """As `since`, and from its levels on the word beside it: "over 2:00"."""
    if moment is None or levels is None:
        return since(moment)
    passed_s = (datetime.now(UTC) - moment).total_seconds()
    level = levels.of(passed_s)
    over_s = {"amber": levels.amber_s, "red": levels.red_s}.get(level)
    word = "" if over_s is None else f"over {over_s // 60}:{over_s % 60:02}"
    return format_html(
        '<since-time amber="{}" red="{}" data-level="{}"><time datetime="{}">{}</time>'
        '<small class="level">{}</small></since-time>',
        levels.amber_s,
        levels.red_s,
        level,
        iso(moment),
        clock(passed_s),
        word,
    )


@register.filter
def urgent_at(call: Call) -> datetime | None:
    """When it will have been too long in a stage that should be short: from then on it leads its list."""
    since, levels = in_stage_since(call), levels_of(call)
    return since + timedelta(seconds=levels.red_s) if since and levels else None


def is_urgent(call: Call) -> bool:
    at = urgent_at(call)
    return at is not None and at < datetime.now(UTC)


@register.filter
def wall_order(call: Call) -> int:
    """Worst first, then longest. A callback that is pending comes last: nobody is on the line."""
    is_pending = is_callback(call) and call.stage == Stage.WAITING
    return order(call) + (CALLBACKS_LAST if is_pending else 0)


@register.filter
def queue_shown(call: Call) -> str:
    return call.queue_name or tail(call.queue_arn)


@register.filter
def agent_shown(call: Call) -> str:
    return call.agent_username or tail(call.agent_arn)


@register.filter
def number_later(call: Call) -> str:
    """What stands in the place of a number that is not known."""
    if call.record_updated_at:
        return "number unknown"
    is_voice = call.channel in ("", "VOICE")  # who chats has no number to ask for
    if call.is_live and call.instance.tells_numbers and call.described_at is None and is_voice:
        return "number being asked"
    return "number known after the call"


@register.filter
def queue_later(call: Call) -> str:
    is_in_flow = call.stage == Stage.FLOW and call.stage_source == "contact-events"
    return "no queue yet" if is_in_flow else "known after the call"


@register.filter
def is_before_agent(call: Call) -> bool:
    """So that no mood is to come yet."""
    return call.stage in BEFORE_AGENT and call.stage_source in EVENTS


# An agent's tile


@register.filter
def contact_word(contact: dict[str, Any]) -> str:
    return contact.get("queue_name") or tail(contact.get("queue_arn") or "") or "no queue"


@register.filter
def contact_url(agent: Agent) -> str:
    """Where the call in hand is read; who may not see it finds nothing there."""
    contact = state_of(agent).contact
    contact_id = contact and contact.get("contact_id")
    return reverse("call", args=[agent.instance.alias, contact_id]) if contact_id else ""


@register.filter
def state_time(state: AgentState) -> SafeString:
    return since_with(state.since, state.doing.levels)


# A call's page


class Step(NamedTuple):
    word: str
    at: datetime
    until: datetime | None = None

    @property
    def seconds(self) -> float | None:
        return (self.until - self.at).total_seconds() if self.until else None


@register.filter
def history(call: Call) -> list[Step]:
    """What the live streams told of the call, in its order."""
    facts = msgspec.convert(call.stage_facts, Facts)
    told = (
        ("In the flow", facts.initiated_at),
        ("In the queue", facts.enqueued_at),
        ("With an agent", min(filter(None, (facts.connected_at, *facts.off_hold)), default=call.words_at)),
        ("Ended", facts.disconnected_at),
        ("After-call work", facts.acw_at),
        ("After-call work done", facts.completed_at),
    )
    steps = [Step(word, at) for word, at in told if at]
    steps += [Step("On hold", at, until) for at, until in facts.holds]
    steps += [Step(f"Rang in vain at {name}", at) for name, at in _rung(call, facts.rung_in_vain)]
    return sorted(steps, key=lambda step: step.at)


def _rung(call: Call, missed: dict[str, datetime]) -> list[tuple[str, datetime]]:
    """Asks for the names, if anybody was rung in vain."""
    agents = Agent.objects.filter(instance=call.instance_id, arn__in=missed) if missed else ()
    names = {agent.arn: agent.name for agent in agents}
    return [(names.get(arn, tail(arn)), at) for arn, at in missed.items()]
