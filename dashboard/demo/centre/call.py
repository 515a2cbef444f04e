"""One contact as it happened, and the contact record that Amazon Connect writes of it."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from dashboard.demo.centre.floor import ACCOUNT_ID, INSTANCE_ARN, INSTANCE_ID, Agent, Caller, Queue
from dashboard.demo.centre.legs import Leg
from dashboard.demo.centre.speech import Spoken

Record = dict[str, Any]


@dataclass(frozen=True)
class Ring:
    """A contact is offered to an agent: taken when `call.connected_at` comes, missed, or over before either."""

    agent: Agent
    began_at: int
    ended_at: int
    is_missed: bool = False


_STREAM_TYPES = {"VOICE": "AUDIO", "CHAT": "CHAT"}
_SUBTYPES = {"VOICE": "connect:Telephony", "CHAT": "connect:Chat"}


@dataclass(kw_only=True)
class Call:
    """All moments are whole seconds since the epoch, as contact records have them."""

    id: str
    leg: Leg
    caller: Caller
    queue: Queue  # where it would go, even when it never gets there
    agent: Agent
    began_at: int
    ended_at: int
    system_at: int | None
    queued_at: int | None = None
    left_queue_at: int | None = None
    connected_at: int | None = None
    agent_left_at: int | None = None
    after_work_s: int = 0
    rings: list[Ring] = field(default_factory=list)
    holds: list[tuple[int, int]] = field(default_factory=list)  # from, until
    talk: list[Spoken] = field(default_factory=list)
    attributes: dict[str, str] = field(default_factory=dict)
    initial: str | None = None
    previous: str | None = None
    next: str | None = None
    is_handed_over: bool = False

    @property
    def settled_at(self) -> int:
        """The later of the disconnect and the end of wrap-up: a minute after it the record is written."""
        return max(self.ended_at, (self.agent_left_at or 0) + self.after_work_s)


def contact_record(call: Call, updated_at: int) -> Record:
    leg = call.leg
    record: Record = {
        "AWSAccountId": ACCOUNT_ID,
        "AWSContactTraceRecordFormatVersion": "2017-03-10",
        "Agent": _agent(call),
        "AgentConnectionAttempts": leg.attempts + (call.connected_at is not None and leg.method not in _NOT_RUNG),
        "AnsweringMachineDetectionStatus": None,
        "Attributes": {**call.attributes, **leg.attributes},
        "Campaign": {"CampaignId": None},
        "Channel": leg.channel,
        "ConnectedToSystemTimestamp": stamp(call.system_at),
        "ContactDetails": {},
        "ContactId": call.id,
        "CustomerEndpoint": _customer_endpoint(call),
        "DisconnectReason": leg.reason,
        "DisconnectTimestamp": stamp(call.ended_at),
        "InitialContactId": call.initial,
        "InitiationMethod": leg.method,
        "InitiationTimestamp": stamp(call.began_at),
        "InstanceARN": INSTANCE_ARN,
        "LastUpdateTimestamp": stamp(updated_at),
        "MediaStreams": [{"Type": _STREAM_TYPES[leg.channel]}] if leg.channel in _STREAM_TYPES else [],
        "NextContactId": call.next,
        "PreviousContactId": call.previous,
        "Queue": _queue(call),
        **_recordings(call),
        "References": [],
        "ScheduledTimestamp": None,
        "SystemEndpoint": _system_endpoint(call),
        "Tags": {"aws:connect:instanceId": INSTANCE_ID},
        **_handed_over(call),
        "VoiceIdResult": None,
        **leg.fields,
    }
    if leg.channel in _SUBTYPES:
        record["SegmentAttributes"] = {"connect:Subtype": {"ValueString": _SUBTYPES[leg.channel]}}
    return dict(sorted(record.items()))


def contact(call: Call) -> Record:
    """What DescribeContact knows of it from its beginning."""
    told = {
        "Id": call.id,
        "InitialContactId": call.initial,
        "PreviousContactId": call.previous,
        "Channel": call.leg.channel,
        "InitiationMethod": call.leg.method,
        "InitiationTimestamp": stamp(call.began_at),
        "CustomerEndpoint": _customer_endpoint(call),
        "SystemEndpoint": _system_endpoint(call),
    }
    return {name: value for name, value in told.items() if value is not None}


_NOT_RUNG = ("MONITOR", "OUTBOUND")
_WITHOUT_SYSTEM_ENDPOINT = ("CALLBACK", "MONITOR", "QUEUE_TRANSFER")


def stamp(moment: int | None) -> str | None:
    return None if moment is None else f"{datetime.fromtimestamp(moment, UTC):%Y-%m-%dT%H:%M:%SZ}"


def precise(moment: float | None) -> str | None:
    """As the live streams write it."""
    if moment is None:
        return None
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _agent(call: Call) -> Record | None:
    if call.connected_at is None and not call.leg.is_dialled:
        return None
    holds = [until - since for since, until in call.holds]
    hold_s = sum(holds)
    # Until the customer's side is connected too, nobody interacts: that is how callbacks and calls out are counted.
    since = max(call.connected_at or 0, call.system_at or 0)
    talked_s = call.agent_left_at - since - hold_s if call.agent_left_at and call.system_at else 0
    return {
        "ARN": call.agent.arn,
        "AfterContactWorkDuration": call.after_work_s,
        "AfterContactWorkEndTimestamp": stamp(call.agent_left_at and call.agent_left_at + call.after_work_s),
        "AfterContactWorkStartTimestamp": stamp(call.agent_left_at),
        "AgentInteractionDuration": talked_s,
        "ConnectedToAgentTimestamp": stamp(call.connected_at),
        "CustomerHoldDuration": hold_s,
        "HierarchyGroups": None,
        "LongestHoldDuration": max(holds, default=0),
        "NumberOfHolds": len(call.holds),
        "RoutingProfile": call.agent.queue.routing_profile,
        "Username": call.agent.username,
    }


def _queue(call: Call) -> Record | None:
    if call.queued_at is None or call.left_queue_at is None:
        return None
    return {
        **in_queue(call),
        "DequeueTimestamp": stamp(call.left_queue_at),
        "Duration": call.left_queue_at - call.queued_at,
        "EnqueueTimestamp": stamp(call.queued_at),
    }


def in_queue(call: Call) -> Record:
    if call.leg.is_during:
        return {"ARN": call.agent.own_queue_arn, "Name": None}
    return {"ARN": call.queue.arn, "Name": call.queue.name}


def _customer_endpoint(call: Call) -> Record | None:
    if call.leg.channel != "VOICE" or call.leg.method == "MONITOR":
        return None
    return {"Address": call.caller.number, "Type": "TELEPHONE_NUMBER"}


def has_system_endpoint(call: Call) -> bool:
    return call.leg.channel == "VOICE" and call.leg.method not in _WITHOUT_SYSTEM_ENDPOINT


def _system_endpoint(call: Call) -> Record | None:
    if not has_system_endpoint(call):
        return None
    return {"Address": call.queue.number, "Type": "TELEPHONE_NUMBER"}


def _recordings(call: Call) -> Record:
    if not call.talk or call.leg.channel != "VOICE":
        return {"Recording": None, "Recordings": None}
    began = datetime.fromtimestamp(call.connected_at or call.began_at, UTC)
    folder = f"acme-connect-recordings/connect/acme/CallRecordings/{began:%Y/%m/%d}"
    recording = {
        "DeletionReason": None,
        "Location": f"{folder}/{call.id}_{began:%Y%m%dT%H:%M}_UTC.wav",
        "Status": "AVAILABLE",
    }
    places = dict.fromkeys(("FragmentStartNumber", "FragmentStopNumber", "ParticipantType", "StartTimestamp"))
    whole = {**recording, **places, "StopTimestamp": None, "MediaStreamType": "AUDIO", "StorageType": "S3"}
    return {"Recording": {**recording, "Type": "AUDIO"}, "Recordings": [whole]}


def _handed_over(call: Call) -> Record:
    completed_at = call.agent_left_at if call.is_handed_over else None
    is_out = call.leg.goes_on_s is not None
    outside = {"Address": "+12125550155", "Type": "TELEPHONE_NUMBER"} if is_out else None
    return {"TransferCompletedTimestamp": stamp(completed_at), "TransferredToEndpoint": outside}
