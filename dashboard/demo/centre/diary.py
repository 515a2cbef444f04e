"""Who is busy when, so that nobody is asked for two things at once."""

from collections.abc import Iterable
from math import inf

from dashboard.demo.centre.at_agents import Span
from dashboard.demo.centre.floor import Agent

_KEPT_S = 900


class Diary:
    def __init__(self) -> None:
        self._taken: dict[Agent, list[tuple[float, float]]] = {}

    def is_free(self, agent: Agent, since: float, until: float) -> bool:
        return all(until < began_at or ended_at < since for began_at, ended_at in self._taken.get(agent, ()))

    def busy_until(self, agent: Agent, at: float) -> float:
        """`at` itself for whoever is free then."""
        return max((until for since, until in self._taken.get(agent, ()) if since <= at <= until), default=at)

    def has_room_for(self, spans: Iterable[Span]) -> bool:
        return all(self.is_free(*span) for span in spans)

    def enter(self, agent: Agent, since: float, until: float = inf) -> None:
        kept = [each for each in self._taken.get(agent, ()) if each[1] > since - _KEPT_S]
        self._taken[agent] = [*kept, (since, until)]
