"""All that the wall counts for one looker, in a number of statements that hangs on neither calls nor agents."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from calls.models import Agent

from .agent_grid import states_told
from .agent_state import Doing, state_of
from .figure import Figure
from .looker import Looker
from .now import agents_figure, call_figures
from .present import present
from .queue_tile import QueueTile
from .queue_tiles import MOST_TILES, queue_tiles
from .rates import Rates, count_rates
from .saves import Save, saves
from .sources import Sources
from .today import drop_figures, rate_figures


@dataclass(frozen=True)
class WallFigures:
    sources: Sources
    figures: list[Figure]
    queues: list[QueueTile]
    more_queues: int
    legend: list[tuple[Doing, int]]
    saves: list[Save]

    @property
    def leading(self) -> list[Figure]:
        return [figure for figure in self.figures if figure.is_leading]

    @property
    def others(self) -> list[Figure]:
        return [figure for figure in self.figures if not figure.is_leading]


def wall_figures(looker: Looker, agents: Iterable[Agent] | None = None, rates: Rates | None = None) -> WallFigures:
    """`agents` and `rates` where they are known already."""
    scope, sources = looker.scope, Sources.of(looker.scope)
    rates = rates or count_rates(looker)
    now = present(scope)
    queues = queue_tiles(scope, sources, now, rates)
    doing = Counter(state_of(agent).doing for agent in (states_told(scope) if agents is None else agents))
    figures = [
        *call_figures(sources, now, queues),
        agents_figure(sources, doing),
        *drop_figures(looker, sources, rates.usual_drops),
        *rate_figures(sources, rates.service_level, rates.abandon_rate),
    ]
    return WallFigures(
        sources,
        sorted(figures, key=lambda figure: figure.order),
        queues[:MOST_TILES],
        len(queues[MOST_TILES:]),
        [(each, doing[each]) for each in Doing if doing[each]],
        saves(scope, looker.sees_cases),
    )
