"""What agents have to do with one contact: when a phone rings, who takes it, holds, and the work after the call."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from dashboard.demo.centre.call import Call
from dashboard.demo.centre.floor import Agent

_CLEARED_AFTER_S = 6  # a missed contact stands before the agent until it is clicked away
Span = tuple[Agent, int, int]


class Step(NamedTuple):
    """A contact's new state before an agent, as agent events name it; None: it is gone from there."""

    at: int
    agent: Agent
    call: Call
    state: str | None


def steps(call: Call) -> Iterator[Step]:
    for ring in call.rings:
        yield Step(ring.began_at, ring.agent, call, "INCOMING" if call.leg.method == "CALLBACK" else "CONNECTING")
        if ring.is_missed:
            yield Step(ring.ended_at, ring.agent, call, "MISSED")
            yield Step(ring.ended_at + _CLEARED_AFTER_S, ring.agent, call, None)
        elif call.connected_at is None:  # the caller hung up, or nobody was reached
            yield Step(ring.ended_at, ring.agent, call, None)
    if call.connected_at is not None and call.agent_left_at is not None:
        yield from _connected(call, call.connected_at, call.agent_left_at)


def _connected(call: Call, since: int, left_at: int) -> Iterator[Step]:
    yield Step(since, call.agent, call, "CONNECTED")
    for began_at, ended_at in call.holds:
        yield Step(began_at, call.agent, call, "CONNECTED_ONHOLD")
        if ended_at < left_at:
            yield Step(ended_at, call.agent, call, "CONNECTED")
    if call.after_work_s:
        yield Step(left_at, call.agent, call, "ENDED")
    yield Step(left_at + call.after_work_s, call.agent, call, None)


def spans(taken: Iterable[Step]) -> list[Span]:
    """From when until when each agent is busy with each contact."""
    found: dict[tuple[Agent, str], list[int]] = {}
    for step in taken:
        found.setdefault((step.agent, step.call.id), []).append(step.at)
    return [(agent, min(moments), max(moments)) for (agent, _), moments in found.items()]
