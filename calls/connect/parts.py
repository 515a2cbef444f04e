"""The objects inside a contact record, under our names for what the wire calls otherwise."""

from datetime import UTC, datetime
from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

Moment = Annotated[datetime, Meta(tz=True)]
Count = Annotated[int, Meta(ge=-(2**31), lt=2**31)]
ContactId = Annotated[str, Meta(min_length=1, max_length=256)]
OWN_QUEUE = "/queue/agent/"  # in the ARN of a queue that is one agent's own
# As long as their columns: a batch whose record the database refuses is tried in quarters, and takes twice as long.
Arn = Annotated[str, Meta(max_length=512)]
Name = Annotated[str, Meta(max_length=256)]

# Our names for the wire's, where they are not the same words in snake case.
_WIRE = {
    "accepted_at": "AcceptedByAgentTimestamp",
    "after_contact_work_ended_at": "AfterContactWorkEndTimestamp",
    "after_contact_work_s": "AfterContactWorkDuration",
    "after_contact_work_started_at": "AfterContactWorkStartTimestamp",
    "agent_initiated_hold_s": "AgentInitiatedHoldDuration",
    "arn": "ARN",
    "began_at": "InitiationTimestamp",
    "connected_to_system_at": "ConnectedToSystemTimestamp",
    "customer_hold_s": "CustomerHoldDuration",
    "dequeued_at": "DequeueTimestamp",
    "duration_s": "Duration",
    "ended_at": "DisconnectTimestamp",
    "enqueued_at": "EnqueueTimestamp",
    "instance_arn": "InstanceARN",
    "interaction_s": "AgentInteractionDuration",
    "longest_hold_s": "LongestHoldDuration",
    "pause_s": "AgentPauseDuration",
    "preview_ended_at": "PreviewEndTimestamp",
    "scheduled_at": "ScheduledTimestamp",
    "talked_at": "ConnectedToAgentTimestamp",
    "transfer_completed_at": "TransferCompletedTimestamp",
    "updated_at": "LastUpdateTimestamp",
}


def _wire_name(name: str) -> str:
    return _WIRE.get(name) or "".join(word.capitalize() for word in name.split("_"))


class Part(Struct, frozen=True, kw_only=True, rename=_wire_name):
    """An object of the wire. Times come out in UTC, and within years in which every zone can show them."""

    def __post_init__(self) -> None:
        for name, wire_name in zip(self.__struct_fields__, self.__struct_encode_fields__, strict=True):
            value = getattr(self, name)
            if isinstance(value, datetime):
                if not 1970 <= value.year <= 9000:
                    raise ValueError(f"{wire_name} is out of range")
                msgspec.structs.force_setattr(self, name, value.astimezone(UTC))


class Named(Part, frozen=True):
    arn: str | None = None
    name: str | None = None


class Group(Part, frozen=True):
    arn: str | None = None
    group_name: str | None = None


class Agent(Part, frozen=True):
    arn: Arn | None = None
    username: Name | None = None
    talked_at: Moment | UnsetType | None = UNSET  # unset: an older or cut-down record, which does not say
    accepted_at: Moment | None = None
    preview_ended_at: Moment | None = None
    after_contact_work_started_at: Moment | None = None
    after_contact_work_ended_at: Moment | None = None
    after_contact_work_s: Count | None = None
    interaction_s: Count | None = None
    pause_s: Count | None = None
    agent_initiated_hold_s: Count | None = None
    customer_hold_s: Count | None = None
    longest_hold_s: Count | None = None
    number_of_holds: Count | None = None
    routing_profile: Named | None = None
    hierarchy_groups: dict[str, Group] = {}
    device_info: dict[str, object] = {}
    capabilities: dict[str, object] = {}
    state_transitions: list[dict[str, object]] = []

    @property
    def connected_to_agent_at(self) -> datetime | None:
        return self.talked_at if isinstance(self.talked_at, datetime) else None


class Queue(Part, frozen=True):
    arn: Arn | None = None
    name: Name | None = None
    enqueued_at: Moment | None = None
    dequeued_at: Moment | None = None
    duration_s: Count | None = None


class Endpoint(Part, frozen=True):
    address: str | None = None
    type: str | None = None


class Campaign(Part, frozen=True):
    campaign_id: str | None = None


class DisconnectDetails(Part, frozen=True):
    potential_disconnect_issue: str | None = None


class Audio(Part, frozen=True):
    quality_score: float | str | None = None  # 1.00 to 5.00
    potential_quality_issues: list[str] = []


class Party(Part, frozen=True):
    audio: Audio | None = None


class QualityMetrics(Part, frozen=True):
    agent: Party | None = None
    customer: Party | None = None


class Recording(Part, frozen=True):
    location: str | None = None  # bucket/prefix/key
    status: str | None = None
    type: str | None = None
    deletion_reason: str | None = None
