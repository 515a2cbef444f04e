"""Stretches of a call that Contact Lens told nothing of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from transcripts.models import Segment

GAP_MS = 10_000


@dataclass(frozen=True)
class Gap:
    begin_ms: int
    end_ms: int

    @property
    def seconds(self) -> int:
        return (self.end_ms - self.begin_ms) // 1000


def with_gaps(turns: Iterable[Segment]) -> Iterator[Segment | Gap]:
    """Turns in the order in which they were said, each gap before the turn that ends it.

    Contact Lens marks what it analysed by the offsets of what was said there, and says nothing of what it did not:
    while somebody is on hold, while a flow or an agent has paused the analysis, where pieces of a stream were lost.
    So a stretch that neither side's words cover is only known by its length. People pause for less than ten seconds;
    a longer one is told as not analysed, since nothing shows that it was. Pieces of a turn that never became final
    were analysed and cover their stretch as well as a final does. Before the first words there is no gap, but the
    flow and the queue; and none in a chat, where no offsets are told and people write when they like.

    The page finds the same gaps in the browser (transcript_gaps.js), since turns come there out of order.
    """
    heard_to: int | None = None
    for turn in turns:
        if turn.begin_ms is not None:
            if heard_to is not None and turn.begin_ms - heard_to >= GAP_MS:
                yield Gap(heard_to, turn.begin_ms)
            heard_to = max(heard_to or 0, turn.begin_ms, turn.end_ms or 0)
        yield turn
