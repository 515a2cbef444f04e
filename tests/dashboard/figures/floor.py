"""A floor whose calls and agents are put there by hand, to be counted by hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from calls.models import Agent, Call, Instance, Policy, Queue, Stream
from calls.scope import Scope

ARN = "arn:aws:connect:us-east-1:123456789012:instance/aaaaaaaa-bbbb-cccc-dddd-222222222222"
EVERYTHING = Scope(is_all=True)
_ids = count(1)


def ago(seconds: float) -> datetime:
    return datetime.now(UTC) - timedelta(seconds=seconds)


@dataclass
class Floor:
    instance: Instance

    @classmethod
    def open(cls, *kinds: str) -> Floor:
        floor = cls(Instance.objects.create(alias="acme", arn=ARN))
        floor.streams(*kinds)
        return floor

    def streams(self, *kinds: str) -> None:
        for kind in kinds:
            Stream.objects.create(instance=self.instance, kind=kind, name=kind)

    def within(self, seconds: int) -> None:
        Policy.objects.create(instance=self.instance, service_level_s=seconds)

    def queue(self, name: str, **fields: Any) -> Queue:
        arn = f"{ARN}/queue/{name.lower()}"
        return Queue.objects.create(instance=self.instance, arn=arn, name=name, **fields)

    def leg(self, **fields: Any) -> Call:
        """An ended leg that waited in Billing."""
        contact_id = f"leg-{next(_ids)}"
        told = {"contact_id": contact_id, "root_contact_id": contact_id, "queue_name": "Billing", "channel": "VOICE"}
        return Call.objects.create(
            **{"instance": self.instance, "initiation_method": "INBOUND", "enqueued_at": ago(600)} | told | fields
        )

    def answered(self, wait_s: float, **fields: Any) -> Call:
        return self.leg(**{"outcome": "answered", "is_talked": True, "wait_s": wait_s} | fields)

    def left(self, outcome: str, wait_s: float, **fields: Any) -> Call:
        return self.leg(**{"outcome": outcome, "wait_s": wait_s} | fields)

    def live(self, stage: str, for_s: float = 10, **fields: Any) -> Call:
        """In its stage for so long, by contact events."""
        queued = {} if stage == "flow" else {"enqueued_at": ago(for_s)}
        if stage == "flow":
            fields = {"queue_name": "", "enqueued_at": None} | fields
        told = {"is_live": True, "stage": stage, "stage_since": ago(for_s), "stage_source": "contact-events"}
        return self.leg(**told | queued | fields)

    def agent(self, username: str = "bob", **fields: Any) -> Agent:
        told = {"is_signed_in": True, "status": "Available", "status_type": "ROUTABLE", "status_since": ago(60)}
        return Agent.objects.create(
            **{"instance": self.instance, "arn": f"{ARN}/agent/{username}", "username": username} | told | fields
        )


def contact(state: str, for_s: float = 10, **fields: Any) -> dict[str, Any]:
    """As a snapshot has a contact in hand."""
    return {"contact_id": "c1", "channel": "VOICE", "state": state, "since": ago(for_s).isoformat()} | fields
