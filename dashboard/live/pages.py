"""Calls and cases that are shown whole, on pages of their own and in panes: their facts, turns and time lines."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from . import frames
from .rows import entries_of, read_marks, turns_after

if TYPE_CHECKING:
    from calls.models import Call
    from transcripts.models import Segment

    from .look import Look
    from .told import Audience

MOST_ENTRIES = 100  # of a case, the newest; the page has all
MOST_TURNS = 500  # of a call, at once; beyond it the page is fetched anew


def tell_call_pages(look: Look) -> None:
    told = _told(look, "call")
    read_marks({call for audience, call in told if call.pk in audience.marks})
    least: dict[Call, int] = {}
    for audience, call in told:
        _place(look, audience, call)
        least[call] = min(_told_up_to(audience, call), least.get(call, call.number))
    turns = defaultdict(list)
    for turn in turns_after(least):
        turns[turn.call_id].append(turn)
    for audience, call in told:
        _place_turns(look, audience, call, turns[call.pk])


def tell_case_pages(look: Look) -> None:
    told = _told(look, "case")
    entries = defaultdict(list)
    for entry in entries_of({case.pk for _, case in told}):
        entries[entry.case_id].append(entry)
    for audience, case in told:
        audience.frames += look.rendering.place("case", case)
        for entry in entries[case.pk][:MOST_ENTRIES]:
            audience.frames += look.rendering.place("entries", entry)


def _told(look: Look, kind: str) -> list[tuple[Audience, Any]]:
    """Who is to be shown which row anew."""
    told = []
    for audience in look.audiences:
        pks = look.on_page(audience, kind)
        audience.owed[kind] = frozenset() if audience.is_reading else frozenset(pks)
        for pk in sorted(pks) if audience.is_reading else ():
            if look.sees(audience, kind, pk):
                told.append((audience, look.rows[kind][pk]))
            else:
                _lose(audience, kind, pk)
    return told


def _lose(audience: Audience, kind: str, pk: int) -> None:
    """A pane is told so; a page of its own fetches itself, and finds that it is gone."""
    if audience.lists and kind == "call":
        audience.lost.add(pk)
        audience.frames.append(frames.gone(f"call:{pk}", ""))
    else:
        audience.is_reloading = True


def _place(look: Look, audience: Audience, call: Call) -> None:
    if call.pk in audience.calls:
        audience.frames += look.rendering.place("facts", call, call.pk)
    if call.pk in audience.marks:
        audience.frames += look.rendering.place("marks", call, call.pk)


def _told_up_to(audience: Audience, call: Call) -> int:
    return audience.numbers.get(call.pk, call.number)


def _place_turns(look: Look, audience: Audience, call: Call, turns: list[Segment]) -> None:
    if call.pk not in audience.calls:
        return
    news = [turn for turn in turns if turn.number > _told_up_to(audience, call)]
    audience.numbers[call.pk] = call.number
    if len(news) > MOST_TURNS:
        audience.is_reloading = True
        return
    for turn in news:
        audience.frames += _turn(look, turn)


def _turn(look: Look, turn: Segment) -> list[str]:
    if turn.is_gone:
        return [frames.gone(f"turns:{turn.call_id}", f"turn-{turn.call_id}-{turn.turn_id}")]
    return look.rendering.place("turns", turn, turn.call_id)
