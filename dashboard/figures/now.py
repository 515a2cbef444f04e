"""The figures of what is now: where calls are, and what agents do."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import NamedTuple
from urllib.parse import urlencode

from calls.models.call import IN_QUEUE, WITH_AGENT, Stage

from .agent_state import GROUPS, Doing
from .figure import Figure
from .levels import WAIT
from .present import Present
from .queue_tile import QueueTile
from .sources import KIND, Sources

LIVE = (KIND.CONTACT_LENS, KIND.CONTACT_EVENTS, KIND.AGENT_EVENTS)


def call_figures(sources: Sources, present: Present, queues: list[QueueTile]) -> list[Figure]:
    return [
        _in_progress(sources, present),
        _in_flow(sources, present),
        *_waiting(sources, present, queues),
        _ringing(sources, present),
        _with_agent(sources, present),
        _on_hold(sources, present),
    ]


def _in_progress(sources: Sources, present: Present) -> Figure:
    return Figure(
        name="progress",
        label="In progress",
        means="Calls that have begun, have not ended and that you may see.",
        needs="" if sources.knowing(*LIVE) else sources.needs(*LIVE[:2]),
        source=sources.told_by(*LIVE),
        value=present.in_progress,
        href="#calls",
    )


def _in_flow(sources: Sources, present: Present) -> Figure:
    return Figure(
        name="flow",
        label="In the flow",
        means="Callers with a menu or a virtual agent, in no queue yet.",
        needs=sources.needs(KIND.CONTACT_EVENTS),
        source=sources.told_by(KIND.CONTACT_EVENTS),
        value=present.stages[Stage.FLOW],
        href=calls_in(Stage.FLOW),
    )


def _waiting(sources: Sources, present: Present, queues: list[QueueTile]) -> list[Figure]:
    told = _told_waiting(sources, present, queues)
    callbacks = f"and {_counted(told.callbacks, 'callback')}" if told.callbacks else ""
    return [
        Figure(
            name="waiting",
            label="Waiting",
            means="Callers in a queue, for whom no agent's phone rings. Pending callbacks are counted beside them.",
            needs=told.needs,
            source=told.source,
            value=told.callers,
            note=callbacks,
            heard_at=told.heard_at,
            href=calls_in(Stage.WAITING) if sources.knowing(KIND.CONTACT_EVENTS) else "",
        ),
        Figure(
            name="longest",
            label="Longest wait",
            means="Of the callers whom no agent has answered, those included whose call is ringing at one.",
            needs=told.needs,
            source=told.source,
            since=told.since,
            levels=WAIT,
            heard_at=told.heard_at,
            href=calls_in(*IN_QUEUE) if sources.knowing(KIND.CONTACT_EVENTS) else "",
        ),
    ]


class ToldWaiting(NamedTuple):
    callers: int
    callbacks: int
    since: datetime | None
    source: str
    needs: str
    heard_at: datetime | None


def _told_waiting(sources: Sources, present: Present, queues: list[QueueTile]) -> ToldWaiting:
    """From the calls where contact events are streamed, else from the queues, as they were told last: never from both,
    for the caller whom an agent let ring in vain is in either.
    """
    evented = sources.knowing(KIND.CONTACT_EVENTS)
    asked = [(tile, tile.waiting) for tile in queues if tile.heard_at and tile.waiting]
    waits = [present.waiting[pk] for pk in evented] + [waiting for _, waiting in asked]
    sourced = [sources.told_by(KIND.CONTACT_EVENTS) if evented else "", "by GetCurrentMetricData" if asked else ""]
    return ToldWaiting(
        callers=sum(present.callers_waiting[pk] for pk in evented) + sum(waiting.callers for _, waiting in asked),
        callbacks=sum(wait.callbacks for wait in waits),
        since=min(filter(None, (wait.since for wait in waits)), default=None),
        source=" and ".join(filter(None, sourced)),
        needs="" if asked else sources.needs(KIND.CONTACT_EVENTS),
        heard_at=min(filter(None, (tile.heard_at for tile, _ in asked)), default=None),
    )


def _ringing(sources: Sources, present: Present) -> Figure:
    return Figure(
        name="ringing",
        label="Ringing",
        means="Calls that ring at an agent, not answered yet.",
        needs=sources.needs(KIND.AGENT_EVENTS),
        source=sources.told_by(KIND.AGENT_EVENTS),
        value=present.stages[Stage.RINGING],
        href=calls_in(Stage.RINGING),
    )


def _with_agent(sources: Sources, present: Present) -> Figure:
    return Figure(
        name="with-agent",
        label="With an agent",
        means="Calls that an agent has answered, those on hold included.",
        needs="" if sources.knowing(*LIVE) else sources.needs(*LIVE[1:]),
        source=sources.told_by(*LIVE),
        value=present.with_agent,
        href=calls_in(*WITH_AGENT),
    )


def _on_hold(sources: Sources, present: Present) -> Figure:
    return Figure(
        name="hold",
        label="On hold",
        means="Callers whom an agent has put on hold.",
        needs=sources.needs(KIND.AGENT_EVENTS),
        source=sources.told_by(KIND.AGENT_EVENTS),
        value=present.stages[Stage.HOLD],
        href=calls_in(Stage.HOLD),
    )


def agents_figure(sources: Sources, doing: Counter[Doing]) -> Figure:
    groups = Counter({name: sum(doing[each] for each in Doing if each.group == name) for name in GROUPS})
    others = [f"{groups[name]} {name}" for name in GROUPS[1:] if groups[name]]
    return Figure(
        name="agents",
        label="Agents available",
        means="Agents of your teams who are signed in, have chosen a state that takes calls, and have none in hand.",
        needs=sources.needs(KIND.AGENT_EVENTS),
        source=sources.told_by(KIND.AGENT_EVENTS),
        value=groups["available"],
        note=", ".join(others) if doing else "nobody signed in",
        href="#agents",
    )


def calls_in(*stages: Stage) -> str:
    """The list of calls in these stages, on the wall."""
    return f"?{urlencode([('stage', stage.value) for stage in stages])}#calls"


def _counted(n: int, thing: str) -> str:
    return f"{n} {thing}{'' if n == 1 else 's'}"
