"""The contact record (Amazon calls it CTR): one contact, as Connect describes it after its end."""

from types import UnionType
from typing import Annotated, Any, get_args

import msgspec
from msgspec import Meta

from calls.connect.kinds import REPLACED, Unusable
from calls.connect.parts import (
    OWN_QUEUE,
    Agent,
    Campaign,
    ContactId,
    Count,
    DisconnectDetails,
    Endpoint,
    Moment,
    Part,
    QualityMetrics,
    Queue,
    Recording,
)
from calls.connect.withheld import is_withheld


class ContactRecord(Part, frozen=True):
    contact_id: ContactId
    instance_arn: str | None = None
    channel: Annotated[str, Meta(max_length=32)] | None = None
    initiation_method: Annotated[str, Meta(max_length=64)] | None = None
    initial_contact_id: ContactId | None = None
    previous_contact_id: ContactId | None = None
    next_contact_id: ContactId | None = None
    related_contact_id: ContactId | None = None
    began_at: Moment | None = None
    connected_to_system_at: Moment | None = None
    ended_at: Moment | None = None
    scheduled_at: Moment | None = None
    transfer_completed_at: Moment | None = None
    updated_at: Moment | None = None
    agent: Agent | None = None
    queue: Queue | None = None
    customer_endpoint: Endpoint | None = None
    system_endpoint: Endpoint | None = None
    transferred_to_endpoint: Endpoint | None = None
    disconnect_reason: str | None = None
    disconnect_details: DisconnectDetails | None = None
    agent_connection_attempts: Count = 0
    answering_machine_detection_status: str | None = None
    attributes: dict[str, str] = {}
    segment_attributes: dict[str, object] = {}
    campaign: Campaign | None = None
    customer_id: str | None = None
    quality_metrics: QualityMetrics | None = None
    recording: Recording | None = None
    # Not a field of the wire: what came and is not modelled here, in its own places, for the call's page.
    rest: dict[str, object] = msgspec.field(default_factory=dict, name="ringback:rest")

    @property
    def root_id(self) -> str:
        """The contact id that all legs of one call share."""
        return self.initial_contact_id or self.contact_id

    @property
    def is_voice(self) -> bool:
        return self.channel == "VOICE"

    @property
    def is_started_by_us(self) -> bool:
        """A voice contact that we, and not the customer, began."""
        ours = ("OUTBOUND", "EXTERNAL_OUTBOUND", "CALLBACK", "API")
        return self.is_voice and (self.initiation_method in ours or self.campaign_id is not None)

    @property
    def talked(self) -> bool:
        """Agent and customer were connected. For voice that we started, the customer must have been reached too."""
        if self.agent is None or self.agent.talked_at is None:
            return False
        return self.connected_to_system_at is not None or not self.is_started_by_us

    @property
    def campaign_id(self) -> str | None:
        return self.campaign.campaign_id if self.campaign else None

    @property
    def wait_s(self) -> float | None:
        """Seconds in the queue; None when the record does not say."""
        if self.queue is None:
            return None
        if self.queue.enqueued_at and self.queue.dequeued_at:
            return max(0.0, (self.queue.dequeued_at - self.queue.enqueued_at).total_seconds())
        return None if self.queue.duration_s is None else float(max(0, self.queue.duration_s))

    @property
    def duration_s(self) -> float | None:
        if self.began_at is None or self.ended_at is None:
            return None
        return max(0.0, (self.ended_at - self.began_at).total_seconds())

    @property
    def caller_address(self) -> str | None:
        """The customer's number or SIP address as it came; None when withheld, or when there is no telephone."""
        end = self.customer_endpoint
        if end is None or end.address is None or end.type not in ("TELEPHONE_NUMBER", "VOIP"):
            return None
        return None if is_withheld(end.address) else end.address

    @property
    def dialled_address(self) -> str | None:
        return self.system_endpoint.address if self.system_endpoint else None

    @property
    def is_agent_queue(self) -> bool:
        """The call waited for one agent by name, in that agent's own queue."""
        return OWN_QUEUE in ((self.queue and self.queue.arn) or "")

    @property
    def is_repaired(self) -> bool:
        """Characters that cannot be stored were replaced by U+FFFD."""
        return REPLACED in self.rest


# msgspec looks a class over when it is first used, and two threads that do so at once bring the process down.
msgspec.json.Decoder(ContactRecord)


def decode(record: dict[str, object]) -> ContactRecord:
    """The contact record in one parsed object; raises Unusable, which names a field and never its content."""
    present = _present(record)
    try:
        return msgspec.convert({**present, "ringback:rest": _rest(present, ContactRecord)}, ContactRecord)
    except msgspec.ValidationError as error:
        raise Unusable(str(error)) from None


def _present(value: dict[str, object]) -> dict[str, object]:
    """Missing, null, empty text and empty object are the same: absent."""
    present: dict[str, object] = {}
    for key, child in value.items():
        if key == "Attributes" and isinstance(child, dict):  # the customer's own words: an empty one is one
            present[key] = {name: text for name, text in child.items() if text is not None}
            continue
        kept = _present(child) if isinstance(child, dict) else child
        if kept not in (None, "", {}, []):
            present[key] = kept
    # An agent whose record says null did not talk; one whose record lacks the key did.
    said = dict.fromkeys(value.keys() & {"ConnectedToAgentTimestamp"})
    return {**said, **present} if present else present


def _rest(present: dict[str, object], part: type[Part]) -> dict[str, object]:
    rest: dict[str, object] = {}
    known = _PARTS[part]
    for key, value in present.items():
        if key not in known:
            rest[key] = value
        elif (inner := known[key]) and isinstance(value, dict) and (left := _rest(value, inner)):
            rest[key] = left
    return rest


def _fields(part: type[Part]) -> dict[str, type[Part] | None]:
    return {field.encode_name: _part_in(field.type) for field in msgspec.structs.fields(part)}


def _part_in(annotation: Any) -> type[Part] | None:
    options = get_args(annotation) if isinstance(annotation, UnionType) else ()
    return next((each for each in options if isinstance(each, type) and issubclass(each, Part)), None)


_PARTS = {part: _fields(part) for part in Part.__subclasses__()}
