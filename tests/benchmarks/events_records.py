"""What a centre at full speed tells in events: calls that come and go, and agents who take one after the other.

A record is made from its number alone, so that whoever asks again for a place in the stream gets the same one again.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

ARN = "arn:aws:connect:us-east-1:123456789012:instance/00000000-0000-4000-8000-000000000001"
STEPS = ("INITIATED", "QUEUED", "CONNECTED_TO_AGENT", "DISCONNECTED", "COMPLETED")
IN_PROGRESS = 3  # of the steps: so many of five calls
STATES = ("CONNECTING", "CONNECTED", "CONNECTED_ONHOLD", "CONNECTED", "ENDED", "", "")  # at last a heartbeat
ABANDONED_EVERY = 20
QUEUES = [{"ARN": f"{ARN}/queue/{number:04}", "Name": f"Queue {number}", "Channels": ["VOICE"]} for number in range(10)]

Told = dict[str, Any]


@dataclass
class Clock:
    """The records of a shard come evenly."""

    began_at: float
    per_s: float

    def at(self, number: int) -> str:
        return datetime.fromtimestamp(self.began_at + number / self.per_s, UTC).isoformat(timespec="milliseconds")


def contact_id(shard: int, slot: int, generation: int) -> str:
    return f"30000000-0000-4000-{shard:04x}-{generation:04x}{slot:08x}"


@dataclass
class Contacts:
    """The contact events of one shard: in each slot one call after the other, not all at the same step."""

    shard: int
    slots: int
    clock: Clock

    def record(self, number: int) -> bytes:
        return json.dumps(self._event(number)).encode()

    def before(self) -> list[bytes]:
        """What came of the calls that are in progress when the first record comes."""
        return [
            self.record((step - slot % len(STEPS)) * self.slots + slot)
            for slot in range(self.slots)
            for step in range(slot % len(STEPS))
        ]

    def ended(self, come: int) -> int:
        """Of so many records, and those before, how many tell of an end."""
        steps = [slot % len(STEPS) + (come - slot - 1) // self.slots for slot in range(self.slots)]
        return sum((step - STEPS.index("DISCONNECTED")) // len(STEPS) + 1 for step in steps)

    def _event(self, number: int) -> Told:
        turn, slot = divmod(number, self.slots)
        generation, step = divmod(turn + slot % len(STEPS), len(STEPS))
        is_abandoned = slot % ABANDONED_EVERY == 0
        at = [self.clock.at(number - (step - each) * self.slots) for each in range(step + 1)]
        kind = "CONTACT_DATA_UPDATED" if is_abandoned and step == STEPS.index("CONNECTED_TO_AGENT") else STEPS[step]
        return {
            "version": "0",
            "id": f"{self.shard}-{number}",
            "detail-type": "Amazon Connect Contact Event",
            "source": "aws.connect",
            "account": "123456789012",
            "time": at[-1],
            "region": "us-east-1",
            "detail": {
                "eventType": kind,
                "contactId": contact_id(self.shard, slot, generation),
                "channel": "VOICE",
                "instanceArn": ARN,
                "initiationMethod": "INBOUND",
                "initiationTimestamp": at[0],
                "tags": {"aws:connect:instanceId": ARN[-36:], "aws:connect:systemEndpoint": "+12025550100"},
                **_details(at, slot, is_abandoned=is_abandoned),
            },
        }


def _details(at: list[str], slot: int, *, is_abandoned: bool) -> Told:
    told: Told = {}
    if len(at) > 1:
        queue = QUEUES[slot % len(QUEUES)]["ARN"]
        told["queueInfo"] = {"queueType": "STANDARD", "queueArn": queue, "enqueueTimestamp": at[1]}
    if len(at) > 2 and not is_abandoned:
        told["agentInfo"] = {"agentArn": f"{ARN}/agent/{slot % 1000:06}", "connectedToAgentTimestamp": at[2]}
    if len(at) > 3:
        told["disconnectTimestamp"] = at[3]
    return told


@dataclass
class Agents:
    """The agent events of one shard: each agent takes one of the calls after the other."""

    shard: int
    shards: int
    agents: int
    slots: int  # of calls, in each shard of contacts
    clock: Clock

    def record(self, number: int) -> bytes:
        turn, agent = divmod(number, self.agents)
        arn = f"{ARN}/agent/{self.shard * self.agents + agent:06}"
        event = {
            "AWSAccountId": "123456789012",
            "AgentARN": arn,
            "InstanceARN": ARN,
            "EventId": f"{arn[-6:]}-{turn}",
            "EventTimestamp": self.clock.at(number),
            "EventType": "HEART_BEAT" if (turn + agent) % len(STATES) == len(STATES) - 1 else "STATE_CHANGE",
            "Version": "2019-05-25",
        }
        now, before = self._snapshot(number), self._snapshot(number - self.agents)
        return f'{json.dumps(event)[:-1]}, "CurrentAgentSnapshot": {now}, "PreviousAgentSnapshot": {before}}}'.encode()

    def _snapshot(self, number: int) -> str:
        turn, agent = divmod(number, self.agents)
        taken, step = divmod(turn + agent, len(STATES))
        contacts = [self._contact(number, agent, taken, STATES[step])] if STATES[step] else []
        name = f"agent{self.shard * self.agents + agent}"
        return f'{_about(name, self.clock.at(0))[:-1]}, "Contacts": {json.dumps(contacts)}}}'

    def _contact(self, number: int, agent: int, taken: int, state: str) -> Told:
        slot = (self.shard * self.agents + agent + 1009 * taken) % self.slots
        return {
            "ContactId": contact_id((agent + taken) % self.shards, slot, 0),
            "InitialContactId": None,
            "Channel": "VOICE",
            "InitiationMethod": "INBOUND",
            "State": state,
            "StateStartTimestamp": self.clock.at(number),
            "ConnectedToAgentTimestamp": None,
            "QueueTimestamp": None,
            "Queue": QUEUES[slot % len(QUEUES)],
        }


@cache
def _about(name: str, since: str) -> str:
    """What a snapshot tells of an agent besides the contacts: most of it."""
    profile = {
        "ARN": f"{ARN}/routing-profile/1",
        "Name": "Service",
        "Concurrency": [{"Channel": "VOICE", "AvailableSlots": 1, "MaximumSlots": 1}],
        "InboundQueues": QUEUES,
    }
    status = {"ARN": f"{ARN}/agent-state/1", "Name": "Available", "StartTimestamp": since}
    who = {"Username": name, "FirstName": name, "LastName": "Bench", "RoutingProfile": profile}
    return json.dumps({"AgentStatus": status, "NextAgentStatus": None, "Configuration": who})
