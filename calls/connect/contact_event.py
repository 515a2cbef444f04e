"""The contact event: what EventBridge tells of one contact while it lives, in the envelope that a rule passes on.

Best effort: it may be lost, repeated and out of order, and names neither queue, agent nor the customer's number.
"""

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct, field

from calls.connect.event_part import Code, EventPart, Id
from calls.connect.kinds import Unusable
from calls.connect.parts import Arn, ContactId, Moment, Name

# Our names for the wire's, by their places in the envelope.
_PLACES = {
    "event_id": "id",
    "at": "time",
    "kind": "detail.eventType",
    "contact_id": "detail.contactId",
    "initial_contact_id": "detail.initialContactId",
    "previous_contact_id": "detail.previousContactId",
    "related_contact_id": "detail.relatedContactId",
    "instance_arn": "detail.instanceArn",
    "channel": "detail.channel",
    "initiation_method": "detail.initiationMethod",
    "initiated_at": "detail.initiationTimestamp",
    "connected_to_system_at": "detail.connectedToSystemTimestamp",
    "scheduled_at": "detail.scheduledTimestamp",
    "disconnected_at": "detail.disconnectTimestamp",
    "disconnect_reason": "detail.disconnectReason",
    "answering_machine_detection_status": "detail.answeringMachineDetectionStatus",
    "queue_arn": "detail.queueInfo.queueArn",
    "queue_type": "detail.queueInfo.queueType",
    "enqueued_at": "detail.queueInfo.enqueueTimestamp",
    "agent_arn": "detail.agentInfo.agentArn",
    "connected_to_agent_at": "detail.agentInfo.connectedToAgentTimestamp",
    "acw_started_at": "detail.agentInfo.afterContactWorkStartTimestamp",
    "acw_ended_at": "detail.agentInfo.afterContactWorkEndTimestamp",
    "dialled_address": "detail.tags.aws:connect:systemEndpoint",
}
_OBJECTS = ("detail", "detail.agentInfo", "detail.queueInfo", "detail.tags")


def _inside(place: str) -> dict[str, str]:
    """The places in an object that we read, by their names there in small letters."""
    parts = [each.removeprefix(f"{place}.") for each in (*_PLACES.values(), *_OBJECTS) if each.startswith(f"{place}.")]
    return {part.lower(): f"{place}.{part}" for part in parts if "." not in part}


_KNOWN = {place: _inside(place) for place in _OBJECTS}

_MOMENTS = {
    "INITIATED": ("initiated_at",),
    "CONNECTED_TO_SYSTEM": ("connected_to_system_at",),
    "QUEUED": ("enqueued_at",),
    "CONNECTED_TO_AGENT": ("connected_to_agent_at",),
    "DISCONNECTED": ("disconnected_at",),
    "COMPLETED": ("acw_ended_at", "disconnected_at"),
}


class ContactEvent(EventPart, frozen=True, rename=_PLACES):
    """One event. Of a kind that we do not know, what it says of the contact holds as well."""

    contact_id: ContactId
    # INITIATED, CONNECTED_TO_SYSTEM, CONTACT_DATA_UPDATED, QUEUED, CONNECTED_TO_AGENT, DISCONNECTED, PAUSED, RESUMED,
    # COMPLETED, AMD_DISABLED, WEBRTC_API, or what Amazon adds.
    kind: Code
    event_id: Id
    at: Moment  # when it was sent, in whole seconds
    initial_contact_id: ContactId | None = None
    previous_contact_id: ContactId | None = None
    related_contact_id: ContactId | None = None
    instance_arn: Arn | None = None
    channel: Annotated[str, Meta(max_length=32)] | None = None  # VOICE, CHAT, TASK ...: in capitals
    initiation_method: Code | None = None
    initiated_at: Moment | None = None
    connected_to_system_at: Moment | None = None
    scheduled_at: Moment | None = None  # documented for tasks only
    disconnected_at: Moment | None = None
    disconnect_reason: Name | None = None
    answering_machine_detection_status: Code | None = None
    queue_arn: Arn | None = None
    queue_type: Code | None = None
    enqueued_at: Moment | None = None
    agent_arn: Arn | None = None
    connected_to_agent_at: Moment | None = None
    acw_started_at: Moment | None = None
    acw_ended_at: Moment | None = None
    dialled_address: Name | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.channel and self.channel.isascii():  # beyond ASCII capitals may be longer
            msgspec.structs.force_setattr(self, "channel", self.channel.upper())

    @property
    def root_id(self) -> str:
        """The contact id that all legs of one call share."""
        return self.initial_contact_id or self.contact_id

    @property
    def moment(self) -> datetime:
        """When that happened which it tells; when it was sent, where it does not say."""
        told: list[datetime | None] = [getattr(self, name) for name in _MOMENTS.get(self.kind, ())]
        return next((each for each in told if each), self.at)


class _Envelope(Struct, frozen=True):
    detail_type: Literal["Amazon Connect Contact Event"] = field(name="detail-type")
    id: str
    time: str
    detail: dict[str, object]


# Built here: msgspec looks a class over when it is first used, and two threads that do so at once bring the process
# down.
_ENVELOPE = msgspec.json.Decoder(_Envelope)
msgspec.json.Decoder(ContactEvent)


def decode(record: dict[str, object]) -> ContactEvent:
    """The contact event in one parsed envelope; raises Unusable, which names a field and never its content."""
    return _event(record.get("id"), record.get("time"), record.get("detail"))


def decode_plain(data: bytes) -> ContactEvent | None:
    """What `decode` makes of the one object in `data` that is_plain; None where that is not sure."""
    if b'"Amazon Connect Contact Event"' not in data or b'"AWSContactTraceRecordFormatVersion"' in data:
        return None
    try:
        envelope = _ENVELOPE.decode(data)
        return _event(envelope.id, envelope.time, envelope.detail)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, Unusable):
        return None


def _event(event_id: object, at: object, detail: object) -> ContactEvent:
    try:
        return msgspec.convert({"id": event_id, "time": at, **_flat("detail", detail)}, ContactEvent)
    except msgspec.ValidationError as error:
        raise Unusable(str(error)) from None


def _flat(place: str, value: object) -> dict[str, object]:
    """What is there of our fields, by their places; Amazon sends the same names as contactId and as ContactId."""
    if not isinstance(value, dict):
        raise Unusable(f"Expected `object` - at `$.{place}`")
    known = _KNOWN[place]
    found: dict[str, object] = {}
    for name, child in value.items():
        inner = known.get(name.lower())
        if inner is None or not child:  # null, empty text and empty object are the same: absent
            continue
        if inner in _KNOWN:
            found.update(_flat(inner, child))
        else:
            found[inner] = child
    return found
