"""One agent at work: every change is told as the whole picture of the agent, beside the picture before it."""

import random
from enum import Enum
from uuid import UUID

from dashboard.demo.centre.at_agents import Step
from dashboard.demo.centre.call import Call, Record, in_queue, precise
from dashboard.demo.centre.floor import ACCOUNT_ID, INSTANCE_ARN, Agent

_SLOTS = {"CHAT": 3, "TASKS": 2, "VOICE": 1}


class Status(Enum):
    AVAILABLE = ("Available", "ROUTABLE", "d1")
    LUNCH = ("Lunch", "CUSTOM", "d2")
    TRAINING = ("Training", "CUSTOM", "d3")
    OFFLINE = ("Offline", "OFFLINE", "d0")

    @property
    def named(self) -> Record:
        name, _, key = self.value
        return {"ARN": f"{INSTANCE_ARN}/agent-state/00000000-0000-4000-8000-0000000000{key}", "Name": name}


class Seat:
    """Each method returns the agent event that it causes."""

    def __init__(self, agent: Agent, rng: random.Random, at: int) -> None:
        self.agent, self._rng = agent, rng
        self._status, self._since = Status.OFFLINE, at
        self._next: tuple[Status, int] | None = None
        self._contacts: dict[str, Record] = {}
        self._before: Record | None = None

    def log_in(self, at: int) -> Record:
        return self._event("LOGIN", at)

    def ask_for(self, status: Status, at: int) -> Record:
        """At once, or after the contacts in hand."""
        self._next = (status, at)
        return self._changed(at)

    def move(self, step: Step) -> Record:
        if step.state is None:
            self._contacts.pop(step.call.id, None)
        else:
            self._contacts[step.call.id] = _contact(step.call, step.state, step.at)
        return self._changed(step.at)

    def heart_beat(self, at: float) -> Record:
        return self._event("HEART_BEAT", at)

    def _changed(self, at: int) -> Record:
        if self._next and not self._contacts:
            (self._status, self._since), self._next = (self._next[0], at), None
        return self._event("STATE_CHANGE", at)

    def _event(self, kind: str, at: float) -> Record:
        before, self._before = self._before, self._picture()
        return {
            "AWSAccountId": ACCOUNT_ID,
            "AgentARN": self.agent.arn,
            "CurrentAgentSnapshot": self._before,
            "EventId": str(UUID(int=self._rng.getrandbits(128), version=4)),
            "EventTimestamp": precise(at),
            "EventType": kind,
            "InstanceARN": INSTANCE_ARN,
            "PreviousAgentSnapshot": before,
            "Version": "2017-10-01",
        }

    def _picture(self) -> Record:
        status = {**self._status.named, "StartTimestamp": precise(self._since), "Type": self._status.value[1]}
        asked = self._next and {**self._next[0].named, "EnqueuedTimestamp": precise(self._next[1])}
        return {
            "AgentStatus": status,
            "NextAgentStatus": asked,
            "Configuration": self._configuration(),
            "Contacts": list(self._contacts.values()),
        }

    def _configuration(self) -> Record:
        agent, queue = self.agent, self.agent.queue
        own = {"ARN": agent.own_queue_arn, "Channels": ["VOICE", "CHAT"], "Name": None}
        desk = {"ARN": queue.arn, "Channels": ["VOICE", "CHAT", "TASK"], "Name": queue.name}
        profile = {
            **queue.routing_profile,
            "Concurrency": self._concurrency(),
            "DefaultOutboundQueue": {"ARN": queue.arn, "Channels": ["VOICE"], "Name": queue.name},
            "InboundQueues": [own, desk],
        }
        return {
            "AgentHierarchyGroups": None,
            "FirstName": agent.first_name,
            "LastName": agent.last_name,
            "RoutingProfile": profile,
            "Username": agent.username,
        }

    def _concurrency(self) -> list[Record]:
        taken = [contact["Channel"] for contact in self._contacts.values()]
        return [
            {"AvailableSlots": max(0, most - taken.count(channel)), "Channel": channel, "MaximumSlots": most}
            for channel, most in _SLOTS.items()
        ]


def _contact(call: Call, state: str, at: int) -> Record:
    is_connected = call.connected_at is not None and at >= call.connected_at
    queue = in_queue(call) if call.queued_at is not None else None
    return {
        "Channel": "TASKS" if call.leg.channel == "TASK" else call.leg.channel,
        "ConnectedToAgentTimestamp": precise(call.connected_at) if is_connected else None,
        "ContactId": call.id,
        "InitialContactId": call.initial,
        "InitiationMethod": call.leg.method,
        "Queue": queue,
        "QueueTimestamp": precise(call.queued_at),
        "State": state,
        "StateStartTimestamp": precise(at),
    }
