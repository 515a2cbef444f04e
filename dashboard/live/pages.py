"""The pages of one call and of one case: their facts, turns and time line."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from . import frames
from .rows import entries_of, turns_after

if TYPE_CHECKING:
    from calls.models import Call
    from transcripts.models import Segment

    from .look import Look
    from .viewer import Viewer

MOST_ENTRIES = 100  # of a case, the newest; the page has all


def tell_call_pages(look: Look) -> dict[int, int]:
    """Frames for the pages of calls; returns the number up to which the turns of each open page are told now."""
    told = _place(look, "call", "facts")
    after = {(viewer, call.pk): _told_up_to(look, viewer, call) for viewer, call in told}
    least: dict[Call, int] = {}
    for viewer, call in told:
        least[call] = min(after[viewer, call.pk], least.get(call, call.number))
    turns = defaultdict(list)
    for turn in turns_after(least):
        turns[turn.call_id].append(turn)
    for viewer, call in told:
        for turn in turns[call.pk]:
            if turn.number > after[viewer, call.pk]:
                look.frames[viewer] += _turn(look, turn)
    open_pages = {pk for viewer in look.viewers for pk in viewer.pks("call")}
    known = {pk: number for pk, number in look.memory.numbers.items() if pk in open_pages}
    return known | {call.pk: call.number for call in least}


def tell_case_pages(look: Look) -> None:
    told = _place(look, "case", "case")
    entries = defaultdict(list)
    for entry in entries_of({case.pk for _, case in told}):
        entries[entry.case_id].append(entry)
    for viewer, case in told:
        for entry in entries[case.pk][:MOST_ENTRIES]:
            look.frames[viewer] += look.rendering.place("entries", entry)


def _place(look: Look, kind: str, slot: str) -> list[tuple[Viewer, Any]]:
    """Who was shown which row anew. Whoever may not see it any more fetches the page, and finds it gone."""
    told = []
    for viewer in look.viewers:
        for pk in look.on_page(viewer, kind):
            if look.sees(viewer, kind, pk):
                row = look.rows[kind][pk]
                look.frames[viewer] += look.rendering.place(slot, row)
                told.append((viewer, row))
            elif kind == "call" and pk in viewer.panes:
                look.lost.setdefault(viewer, set()).add(pk)
                look.frames[viewer].append(frames.gone(f"call:{pk}", ""))
            else:
                look.reload(viewer)
    return told


def _told_up_to(look: Look, viewer: Viewer, call: Call) -> int:
    if call.pk not in viewer.untold:
        return look.memory.numbers.get(call.pk, call.number)
    number = viewer.untold[call.pk]
    return call.number if number is None else number


def _turn(look: Look, turn: Segment) -> list[str]:
    return [frames.gone("turns", f"turn-{turn.turn_id}")] if turn.is_gone else look.rendering.place("turns", turn)
