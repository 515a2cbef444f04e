"""Which turn a matched category was said in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from transcripts.models import Segment


def names_by_turn(turns: Iterable[Segment], categories: Mapping[str, Any]) -> dict[str, list[str]]:
    """The names of the categories that matched in each turn, by its id; `categories` as a conversation keeps them.

    A point of a voice call is a stretch of time, and belongs to the turn that it covers most of; a chat's names its
    turn. A category that looks at the mood of a call has no points, and is said nowhere.
    The page finds the same in the browser (transcript_signs.js), since categories come after their turns.
    """
    spoken = list(turns)
    names: defaultdict[str, list[str]] = defaultdict(list)
    for name, match in categories.items():
        at = {_turn_at(point, spoken) for point in match["points"]}
        for turn_id in at - {""}:
            names[turn_id].append(name)
    return names


def _turn_at(point: list[Any], turns: Iterable[Segment]) -> str:
    begin, end, *_ = point
    if isinstance(begin, str):
        return begin
    found, most_ms = "", 0
    for turn in turns:
        if turn.begin_ms is None or turn.end_ms is None:
            continue
        covered_ms = min(end, turn.end_ms) - max(begin, turn.begin_ms)
        if covered_ms > most_ms:
            found, most_ms = turn.turn_id, covered_ms
    return found
