"""The agents on the wall: by team, and in it whoever wants attention first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Func, OuterRef, QuerySet

from calls.models import Agent, Person, Team
from calls.scope import Scope

from .agent_state import state_of


@dataclass
class Group:
    """A team's agents; without a team those whom none of the person's teams names."""

    team: Team | None
    agents: list[Agent] = field(default_factory=list)


def with_teams(agents: QuerySet[Agent]) -> QuerySet[Agent]:
    """Each with the teams that name it, in their order, as `team_ids`: the same for whoever looks."""
    name = Func(OuterRef("username"), template="ARRAY[%(expressions)s]")
    named = Team.objects.filter(instance=OuterRef("instance"), agents__contains=name).order_by("name")
    return agents.annotate(team_ids=ArraySubquery(named.values("pk")))


def agents_in_order(scope: Scope) -> list[Agent]:
    """All who are signed in; with what their state is told by, and no more."""
    return sorted(states_told(scope), key=_place)


def states_told(scope: Scope) -> QuerySet[Agent]:
    asked = ("status", "status_type", "status_since", "contacts", "is_missing", "heard_at")
    return Agent.objects.visible_in(scope).signed_in().only(*asked)


def whole_agents(scope: Scope, agents: Sequence[Agent]) -> list[Agent]:
    """With all that their tiles show, in this order; without those who went meanwhile."""
    asked = with_teams(Agent.objects.visible_in(scope).signed_in()).prefetch_related("instance")
    found = asked.in_bulk([agent.pk for agent in agents])
    return [found[agent.pk] for agent in agents if agent.pk in found]


def _place(agent: Agent) -> tuple[bool, bool, int, int]:
    """As the page's script orders its tiles too, which knows when a time gets too long."""
    state = state_of(agent)
    return (not agent.is_missing, not state.is_urgent, state.order, agent.pk)


def groups(person: Person, agents: Iterable[Agent]) -> list[Group]:
    """Each agent in the first of the person's teams that names it, as the page's script places a tile too."""
    teams = Team.objects.all() if person.is_superuser else person.teams.all()
    found = [Group(team) for team in teams if team.agents] + [Group(None)]
    for agent in agents:
        theirs = (group for group in found if group.team is None or group.team.pk in vars(agent)["team_ids"])
        next(theirs).agents.append(agent)
    return found
