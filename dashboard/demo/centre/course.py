"""The course of a story's calls from first ring to last: who waits, rings, talks and works, and when."""

import random
from collections.abc import Iterator
from dataclasses import replace
from math import ceil
from uuid import UUID

from dashboard.demo.centre.call import Call, Ring
from dashboard.demo.centre.dialogue import Turn
from dashboard.demo.centre.endings import Ending
from dashboard.demo.centre.floor import SUPERVISOR, Agent, Cast, attributes
from dashboard.demo.centre.legs import Leg, Span, Talk
from dashboard.demo.centre.phrases import CALLING, PUT_THROUGH, TAKEN_OVER
from dashboard.demo.centre.speech import cut_off, speak, write

_RINGS_S = 20


def play(ending: Ending, cast: Cast, began_at: int, rng: random.Random) -> list[Call]:
    """Those it promised, and nobody takes up, are the last."""
    calls: list[Call] = []
    for leg in (*ending.legs, *ending.promised):
        calls.append(_play(leg, cast, calls, began_at, rng))
    return calls


def _play(leg: Leg, cast: Cast, before: list[Call], began_at: int, rng: random.Random) -> Call:
    call = _begin(leg, cast, _begins(leg, before, began_at, rng), rng)
    _link(call, before)
    _pass_queue(call, rng)
    call.rings = [*_rings_in_vain(call, cast.not_answering, rng), *_ring_of_agent(call, rng)]
    _reach_customer(call, rng)
    if leg.talk != Talk.NONE:
        _talk(call, cast, rng)
    elif leg.connected_s:
        _work(call, before, rng)
    if call.agent_left_at is not None:
        call.after_work_s = rng.randint(3, 25) if leg.method != "MONITOR" else 0
    return call


def _begins(leg: Leg, before: list[Call], began_at: int, rng: random.Random) -> int:
    if not before:
        return began_at
    last = before[-1]
    if leg.is_during and last.connected_at is not None:
        return last.connected_at + rng.randint(4, 10)
    return last.agent_left_at if last.is_handed_over and last.agent_left_at else last.ended_at


def _begin(leg: Leg, cast: Cast, began_at: int, rng: random.Random) -> Call:
    agent = SUPERVISOR if leg.method == "MONITOR" else cast.colleague if leg.method == "TRANSFER" else cast.agent
    queue = cast.colleague.queue if leg.method in ("TRANSFER", "QUEUE_TRANSFER") else cast.agent.queue
    in_flow_until = began_at + _seconds(leg.flow_s, rng)
    return Call(
        id=str(UUID(int=rng.getrandbits(128), version=4)),
        leg=leg,
        caller=cast.caller,
        queue=queue,
        agent=agent,
        began_at=began_at,
        ended_at=in_flow_until,
        system_at=began_at,
        attributes={**attributes(cast.caller, queue), "language": cast.dialogue.language},
    )


def _link(call: Call, before: list[Call]) -> None:
    if not before:
        return
    call.initial = before[0].id
    if call.leg.method == "MONITOR":
        return
    # Every try of a callback comes from the call that asked for it, and names no further try.
    is_retry = call.leg.method == before[-1].leg.method == "CALLBACK"
    call.previous = before[0].id if is_retry else before[-1].id
    if not is_retry:
        before[-1].next = call.id


def _pass_queue(call: Call, rng: random.Random) -> None:
    if call.leg.wait_s:
        call.queued_at = call.ended_at
        call.ended_at = call.left_queue_at = call.queued_at + _seconds(call.leg.wait_s, rng)
    if call.leg.has_agent:
        call.connected_at = call.ended_at


def _rings_in_vain(call: Call, agents: tuple[Agent, ...], rng: random.Random) -> Iterator[Ring]:
    """One after the other, for as long as a phone rings; the last of them until the caller hangs up."""
    if call.queued_at is None or call.left_queue_at is None:
        return
    rung = agents[: call.leg.attempts]
    if rung and call.leg.is_ringing:
        yield Ring(rung[0], max(call.queued_at, call.left_queue_at - rng.randint(4, 15)), call.left_queue_at)
        return
    spare_s = call.left_queue_at - call.queued_at - _RINGS_S * len(rung) - _ANSWERED_WITHIN_S
    began_at = call.queued_at + rng.randint(0, max(0, spare_s))
    for agent in rung:
        yield Ring(agent, began_at, began_at + _RINGS_S, is_missed=True)
        began_at += _RINGS_S


_ANSWERED_WITHIN_S = 9


def _ring_of_agent(call: Call, rng: random.Random) -> Iterator[Ring]:
    if call.leg.is_dialled or (call.leg.method == "OUTBOUND" and call.connected_at is not None):
        yield Ring(call.agent, call.began_at, call.connected_at or call.ended_at)
    elif call.connected_at is not None and call.queued_at is not None:
        began_at = max(call.queued_at, call.connected_at - rng.randint(2, _ANSWERED_WITHIN_S))
        yield Ring(call.agent, began_at, call.connected_at)


def _reach_customer(call: Call, rng: random.Random) -> None:
    if not call.leg.is_reached:
        call.system_at = None
    elif call.leg.method == "CALLBACK" and call.connected_at is not None:
        call.system_at = call.connected_at + rng.randint(4, 9)
    elif call.leg.method == "OUTBOUND":
        call.system_at = call.connected_at
    elif call.leg.method == "API" and call.leg.channel == "VOICE":
        call.system_at = call.began_at + rng.randint(4, 8)


def _talk(call: Call, cast: Cast, rng: random.Random) -> None:
    # Contact Lens counts from the moment when the customer's side was connected.
    zero = call.system_at or call.began_at
    from_ms = (max(call.connected_at or 0, zero) - zero) * 1000 + rng.randint(900, 2000)
    pace = write if call.leg.channel == "CHAT" else speak
    call.talk = pace(_turns(call, cast), from_ms, rng)
    if call.leg.is_cut:
        call.talk = cut_off(call.talk, rng)
    call.holds = list(_holds(call, zero))
    call.agent_left_at = zero + ceil(call.talk[-1].ends_ms / 1000) + (0 if call.leg.is_cut else rng.randint(1, 3))
    if call.leg.talk == Talk.HELD:
        hung_up_at = call.agent_left_at + rng.randint(40, 100)
        call.holds.append((call.agent_left_at, hung_up_at))
        call.agent_left_at = hung_up_at
    call.is_handed_over = call.leg.talk == Talk.FIRST
    call.ended_at = call.agent_left_at + (_seconds(call.leg.goes_on_s, rng) if call.leg.goes_on_s else 0)


def _holds(call: Call, zero: int) -> Iterator[tuple[int, int]]:
    for spoken in call.talk[:-1]:
        if spoken.turn.hold_s:
            began_at = zero + ceil(spoken.ends_ms / 1000)
            yield began_at, began_at + spoken.turn.hold_s


def _turns(call: Call, cast: Cast) -> list[Turn]:
    dialogue = cast.dialogue
    turns, middle = list(dialogue.turns), len(dialogue.turns) // 2
    match call.leg.talk:
        case Talk.FIRST:
            turns = [*turns[:middle], Turn("AGENT", PUT_THROUGH[dialogue.language])]
        case Talk.REST:
            turns = [Turn("AGENT", TAKEN_OVER[dialogue.language]), *turns[middle:]]
        case Talk.HELD:
            turns = turns[: middle + 1]
    if call.leg.method in ("CALLBACK", "OUTBOUND"):
        turns[0] = Turn("AGENT", CALLING[dialogue.language])
    return list(replace(dialogue, turns=tuple(turns)).said_by(call.agent.first_name, call.caller.name).turns)


def _work(call: Call, before: list[Call], rng: random.Random) -> None:
    """An agent is busy with it, and nobody listens."""
    call.ended_at += _seconds(call.leg.connected_s or (0, 0), rng)
    if call.leg.is_during and before[-1].agent_left_at is not None:
        call.ended_at = min(call.ended_at, before[-1].agent_left_at - 1)
    call.agent_left_at = call.ended_at


def _seconds(span: Span, rng: random.Random) -> int:
    return round(rng.uniform(*span))
