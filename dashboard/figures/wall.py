"""All that the wall counts for one person, in a number of statements that hangs on neither calls nor agents."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from calls.models import Agent, Person
from calls.scope import Scope

from .agent_state import Doing, state_of
from .day import midnight
from .figure import Figure
from .now import agents_figure, call_figures
from .present import present
from .queue_tiles import MOST_TILES, QueueTile, queue_tiles
from .sources import Sources
from .today import drop_figures, rate_figures


@dataclass(frozen=True)
class WallFigures:
    sources: Sources
    figures: list[Figure]
    queues: list[QueueTile]
    more_queues: int
    legend: list[tuple[Doing, int]]


def wall_figures(person: Person, agents: Iterable[Agent] | None = None) -> WallFigures:
    """`agents` are those of the page, where it has read them already."""
    scope, sources = Scope.of(person), Sources.of(person)
    now = present(scope)
    queues = queue_tiles(scope, sources, now)
    doing = Counter(state_of(agent).doing for agent in (_agents(scope) if agents is None else agents))
    figures = [
        *call_figures(sources, now, queues),
        agents_figure(sources, doing),
        *drop_figures(person, scope, sources, midnight(person)),
    ]
    shown = queues[:MOST_TILES]
    legend = [(each, doing[each]) for each in Doing if doing[each]]
    return WallFigures(sources, figures, shown, len(queues) - len(shown), legend)


def wall_rates(person: Person) -> list[Figure]:
    return rate_figures(Scope.of(person), Sources.of(person), midnight(person))


def _agents(scope: Scope) -> Iterable[Agent]:
    asked = ("status", "status_type", "status_since", "contacts", "is_missing", "heard_at")
    return Agent.objects.visible_in(scope).signed_in().only(*asked)
