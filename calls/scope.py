"""What a person may see: teams and roles, folded into one condition on calls, cases, agents and queues each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q

from calls.connect.parts import OWN_QUEUE
from calls.rights import roles_of

if TYPE_CHECKING:
    from calls.models import Person, Team

NOTHING = Q(pk__in=[])


@dataclass(frozen=True)
class Reach:
    """What one team sees of its instance."""

    team_id: int
    instance_id: int
    all_queues: bool
    queues: frozenset[str]
    numbers: frozenset[str]
    agents: frozenset[str]

    @classmethod
    def of(cls, team: Team) -> Reach:
        return cls(
            team.pk,
            team.instance_id,
            team.all_queues,
            frozenset(team.queues),
            frozenset(team.numbers),
            frozenset(team.agents),
        )

    def calls(self) -> Q:
        """A call is its queue's; an agent's own queue is that agent's team's; without a queue, its dialled number's."""
        here = Q(instance_id=self.instance_id)
        if self.all_queues:
            return here
        own_queue = Q(queue_arn__contains=OWN_QUEUE)
        return here & (
            (Q(queue_name__in=self.queues) & ~own_queue)
            | (own_queue & Q(agent_username__in=self.agents))
            | (Q(queue_name="", queue_arn="", dialled_address__in=self.numbers))
        )

    def team_agents(self) -> Q:
        here = Q(instance_id=self.instance_id)
        return here if self.all_queues else here & Q(username__in=self.agents)

    def team_queues(self) -> Q:
        here = Q(instance_id=self.instance_id)
        return here if self.all_queues else here & Q(name__in=self.queues)


@dataclass(frozen=True)
class Scope:
    """People with equal scopes see the same, so what is read and rendered for one serves them all."""

    is_all: bool = False
    watched: frozenset[Reach] = frozenset()  # every call of these
    worked: frozenset[Reach] = frozenset()  # of these only own and free cases, and their calls
    person_id: int | None = None  # whose cases are own; None where nothing depends on it

    @classmethod
    def of(cls, person: Person) -> Scope:
        return scopes_of([person.pk])[person.pk]

    @property
    def team_ids(self) -> frozenset[int]:
        return frozenset(reach.team_id for reach in self.watched | self.worked)

    def calls(self) -> Q:
        if self.is_all:
            return Q()
        mine = Q(case__isnull=False) & (Q(case__owner_id=self.person_id) | Q(case__owner=None))
        return _any(reach.calls() for reach in self.watched) | (_any(reach.calls() for reach in self.worked) & mine)

    def cases(self) -> Q:
        """A case is seen by whoever sees one of its calls."""
        from calls.models import Call

        return Q() if self.is_all else Q(Exists(Call.objects.filter(self.calls(), case=OuterRef("pk"))))

    def agents(self) -> Q:
        """Whoever watches a team's calls sees its agents."""
        return Q() if self.is_all else _any(reach.team_agents() for reach in self.watched)

    def queues(self) -> Q:
        return Q() if self.is_all else _any(reach.team_queues() for reach in self.watched)


def _any(conditions: Iterable[Q]) -> Q:
    found = NOTHING
    for condition in conditions:
        found |= condition
    return found


def scopes_of(person_ids: Iterable[int]) -> dict[int, Scope]:
    """The scopes of many people in three statements; whoever is gone or inactive sees nothing."""
    from calls.models import Person

    ids = set(person_ids)
    people = Person.objects.filter(pk__in=ids, is_active=True).prefetch_related("groups", "teams")
    return dict.fromkeys(ids, Scope()) | {person.pk: _scope(person) for person in people}


def _scope(person: Person) -> Scope:
    if person.is_superuser:
        return Scope(is_all=True)
    roles = roles_of(person)
    reaches = frozenset(Reach.of(team) for team in person.teams.all())
    watches = bool(roles & {"supervisor", "team lead", "admin"})
    works = "agent" in roles and not watches
    return Scope(
        watched=reaches if watches else frozenset(),
        worked=reaches if works else frozenset(),
        person_id=person.pk if works else None,
    )
