"""What the lists tell in one look: news at once, what is owed in chunks, so that no look gets long and no socket full.

A page carries the first rows of a long list; the others are owed to it, as is what changed while it was away, or more
than fits into one look. Rows of calls are rendered once and kept until they change.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from . import frames
from .lists import LISTS, Due, Held, LiveList

if TYPE_CHECKING:
    from .look import Look

MOST_NEWS = 400  # of one list for one socket in one look; more than these are owed
MOST_OWED = 100  # as many more, of what is owed
MOST_RENDERED = 100  # owed rows of one list for all sockets


def tell_lists(look: Look) -> Held:
    """Frames for everybody who watches a list, and what each scope holds of it now."""
    told: Held = {}
    for live_list in LISTS:
        held = live_list.held(look)
        dues = live_list.dues(look, held)
        ready = _ready(look, live_list, dues)
        for due in dues:
            _tell(look, due, ready)
        told |= held
    return told


def _ready(look: Look, live_list: LiveList, dues: Iterable[Due]) -> list[int]:
    """Owed rows that can be told in this look, in their order: those that are rendered, and a few more."""
    owed = frozenset[int]().union(*(due.owed & due.held for due in dues if due.is_reading))
    in_order = live_list.in_order(owed)
    kept = {pk for pk in in_order if (live_list.slot, pk) in look.rendering.kept}
    more = [pk for pk in in_order if pk not in kept][:MOST_RENDERED]
    look.read(live_list.kind, more)
    kept.update(more)
    return [pk for pk in in_order if pk in kept]


def _tell(look: Look, due: Due, ready: Sequence[int]) -> None:
    slot, is_joining = due.of.slot, due.audiences[0].is_joining
    told: list[int] = []
    if due.is_reading:
        told = sorted(due.news)[:MOST_NEWS] + sorted(due.owed - due.held - due.news)
        told += [pk for pk in ready if pk in due.owed and pk not in due.news][:MOST_OWED]
    left = (due.news | due.owed).difference(told)
    news = [frame for pk in told for frame in _frame(look, due, pk)]
    if due.is_reading and due.of.is_long and (is_joining or due.owed or left):
        news.append(frames.rest(slot, len(left)))
    for audience in due.audiences:
        audience.frames += news
        audience.owed[slot] = left


def _frame(look: Look, due: Due, pk: int) -> list[str]:
    if pk in due.held:
        return look.placed(due.of, pk)
    return [frames.gone(due.of.slot, due.of.element_id(pk))]
