"""Everybody at their seats: they come to work, have contacts, rest and are heard of every two minutes."""

import random
from collections.abc import Iterable, Sequence
from functools import partial

from dashboard.demo.centre.at_agents import Step, spans
from dashboard.demo.centre.call import Record
from dashboard.demo.centre.diary import Diary
from dashboard.demo.centre.floor import SUPERVISOR, Agent
from dashboard.demo.centre.plan import Plan
from dashboard.demo.centre.seat import Seat, Status
from dashboard.demo.centre.story import Delivery
from dashboard.demo.centre.streams import AGENT_EVENTS
from dashboard.demo.centre.trouble import disturb

_HEART_BEAT_S = 120
_ASKED = 100
_REST_EVERY_S, _RESTS_S = 2400, (120, 420)  # of one person
_OFF_DUTY = {"raj.iyer": Status.OFFLINE, "ana.lopez": Status.TRAINING}
_UNHEARD_OF = "kim.lund"  # this one's line to Amazon is gone: no heart beat comes


class Staff:
    """`pace`: how much faster than usual hearts beat."""

    def __init__(self, plan: Plan, agents: Sequence[Agent], rng: random.Random, came_at: int, pace: float) -> None:
        self._plan, self._rng, self._agents = plan, rng, agents
        self._beat_s = _HEART_BEAT_S / max(1.0, pace)
        self._diary = Diary()
        self._seats = {agent: Seat(agent, rng, came_at) for agent in (*agents, SUPERVISOR)}
        self._told_at: dict[Agent, float] = {}
        for agent in self._seats:
            plan.at(came_at + rng.randint(0, 30), partial(self._arrive, agent))

    def free(self, at: float) -> list[Agent]:
        """Of a big floor some, for to ask everybody takes long; everybody asked when nobody is."""
        asked = self._rng.sample(self._agents, _ASKED) if len(self._agents) > _ASKED else self._agents
        return [agent for agent in asked if self._diary.is_free(agent, at, at)] or list(asked)

    def can_take(self, steps: Iterable[Step]) -> bool:
        return self._diary.has_room_for(spans(steps))

    def take(self, steps: Iterable[Step]) -> None:
        for span in spans(steps):
            self._diary.enter(*span)
        for step in steps:
            self._plan.at(step.at, partial(self._move, step))

    def rest(self, at: float) -> None:
        """Somebody wants a break, and has it at once or after the call in hand."""
        agent = self._rng.choice(self._agents)
        begins_at = self._diary.busy_until(agent, at)
        ends_at = begins_at + self._rng.randint(*_RESTS_S)
        if self._diary.is_free(agent, begins_at + 1, ends_at):
            self._diary.enter(agent, begins_at, ends_at)
            self._plan.at(at, partial(self._ask, agent, Status.LUNCH))
            self._plan.at(ends_at, partial(self._ask, agent, Status.AVAILABLE))
        self._plan.ahead_of(at + self._rng.expovariate(len(self._agents) / _REST_EVERY_S), self.rest)

    def heart_beat(self, at: float) -> Record:
        """Of anybody."""
        return self._seats[self._rng.choice(self._agents)].heart_beat(at)

    def _arrive(self, agent: Agent, at: float) -> None:
        status = _OFF_DUTY.get(agent.username, Status.AVAILABLE)
        self._tell(agent, at, self._seats[agent].log_in(int(at)))
        self._ask(agent, status, at + 1)
        if status != Status.AVAILABLE or agent.username == _UNHEARD_OF:
            self._diary.enter(agent, at)
        if agent.username != _UNHEARD_OF:
            self._plan.at(at + self._beat_s, partial(self._beat, agent))

    def _move(self, step: Step, at: float) -> None:
        self._tell(step.agent, at, self._seats[step.agent].move(step))

    def _ask(self, agent: Agent, status: Status, at: float) -> None:
        self._tell(agent, at, self._seats[agent].ask_for(status, int(at)))

    def _beat(self, agent: Agent, at: float) -> None:
        """When nothing else was told of this one for so long."""
        if at - self._told_at[agent] >= self._beat_s:
            self._tell(agent, at, self._seats[agent].heart_beat(at))
        self._plan.at(self._told_at[agent] + self._beat_s, partial(self._beat, agent))

    def _tell(self, agent: Agent, at: float, event: Record) -> None:
        self._told_at[agent] = at
        delivery = Delivery(at + self._rng.uniform(0.05, 0.5), AGENT_EVENTS, agent.arn, event)
        for each in disturb([delivery], self._rng):
            self._plan.send(each)
