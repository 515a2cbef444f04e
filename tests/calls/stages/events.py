"""Contact events and agent events as Amazon Connect sends them, of the instance acme."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from tests.calls.world import ARN, QUEUE, Record, now

BEGAN = now().replace(microsecond=0) - timedelta(seconds=120)
BOB, CHARLIE = f"{ARN}/agent/bob", f"{ARN}/agent/charlie"


def at(second: float) -> datetime:
    """So many seconds after the call began."""
    return BEGAN + timedelta(seconds=second)


def iso(second: float) -> str:
    return at(second).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def name_of(agent: str) -> str:
    return agent.rpartition("/")[2]


def contact_event(kind: str, second: float, contact_id: str = "c1", **detail: Any) -> Record:
    return {
        "version": "0",
        "id": f"{contact_id}-{kind}-{second}",
        "detail-type": "Amazon Connect Contact Event",
        "source": "aws.connect",
        "time": at(second).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "detail": {
            "eventType": kind,
            "contactId": contact_id,
            "channel": "VOICE",
            "instanceArn": ARN,
            "initiationMethod": "INBOUND",
            "initiationTimestamp": iso(0),
            **detail,
        },
    }


def queue_info(second: float, queue: str = QUEUE["ARN"]) -> Record:
    return {"queueInfo": {"queueType": "STANDARD", "queueArn": queue, "enqueueTimestamp": iso(second)}}


def agent_info(second: float, agent: str = BOB, **more: Any) -> Record:
    return {"agentInfo": {"agentArn": agent, "connectedToAgentTimestamp": iso(second), **more}}


def contact(state: str, since: float, contact_id: str = "c1", enqueued: float = 10, **more: Any) -> Record:
    return {
        "ContactId": contact_id,
        "InitialContactId": None,
        "Channel": "VOICE",
        "InitiationMethod": "INBOUND",
        "State": state,
        "StateStartTimestamp": iso(since),
        "ConnectedToAgentTimestamp": None,
        "QueueTimestamp": iso(enqueued),
        "Queue": QUEUE,
        **more,
    }


def snapshot(*contacts: Record, agent: str = BOB, status: str = "Available", **more: Any) -> Record:
    return {
        "AgentStatus": {"ARN": f"{ARN}/agent-state/1", "Name": status, "StartTimestamp": iso(-600)},
        "NextAgentStatus": None,
        "Configuration": {
            "Username": name_of(agent),
            "FirstName": name_of(agent).title(),
            "LastName": "Miller",
            "RoutingProfile": {
                "ARN": f"{ARN}/routing-profile/1",
                "Name": "Service",
                "Concurrency": [{"Channel": "VOICE", "AvailableSlots": 1, "MaximumSlots": 1}],
                "InboundQueues": [QUEUE, {"ARN": f"{ARN}/queue/agent/{name_of(agent)}", "Name": None}],
            },
        },
        "Contacts": list(contacts),
        **more,
    }


def agent_event(
    second: float, *contacts: Record, agent: str = BOB, kind: str = "STATE_CHANGE", before: Record | None = None,
    **more: Any,
) -> Record:  # fmt: skip
    return {
        "AWSAccountId": "123456789012",
        "AgentARN": agent,
        "InstanceARN": ARN,
        "EventId": f"{name_of(agent)}-{second}",
        "EventTimestamp": iso(second),
        "EventType": kind,
        "Version": "2019-05-25",
        "CurrentAgentSnapshot": snapshot(*contacts, agent=agent, **more),
        "PreviousAgentSnapshot": before,
    }
