"""The agent event: an agent's whole state at one moment, on each change and every two minutes without one.

The only live source of the names of agents and queues, of ringing and of holds. Told apart by `event_id`.
"""

from typing import Annotated

import msgspec
from msgspec import Meta, Struct, field

from calls.connect.event_part import Code, EventPart, Id, OwnArn
from calls.connect.kinds import Unusable
from calls.connect.parts import Arn, ContactId, Count, Moment, Name

_KINDS = ("LOGIN", "LOGOUT", "STATE_CHANGE", "HEART_BEAT")


class _Timeless(Struct, frozen=True, kw_only=True, rename="pascal"):
    """An object of the wire that tells no time: most of a snapshot, so its times are not looked for."""


class Named(_Timeless, frozen=True):
    arn: Arn | None = field(name="ARN", default=None)
    name: Name | None = None


class Slots(_Timeless, frozen=True):
    channel: Code | None = None
    available_slots: Count = 0
    maximum_slots: Count = 0


class RoutingProfile(_Timeless, frozen=True):
    arn: Arn | None = field(name="ARN", default=None)
    name: Name | None = None
    concurrency: list[Slots] | None = None
    default_outbound_queue: Named | None = None
    inbound_queues: list[Named] | None = None


class Configuration(_Timeless, frozen=True):
    username: Name | None = None
    first_name: Name | None = None
    last_name: Name | None = None
    agent_hierarchy_groups: dict[str, Named | None] | None = None
    routing_profile: RoutingProfile | None = None


class AgentStatus(EventPart, frozen=True, rename="pascal"):
    arn: Arn | None = field(name="ARN", default=None)
    name: Name | None = None
    since: Moment | None = field(name="StartTimestamp", default=None)
    type: Code | None = None  # ROUTABLE, CUSTOM or OFFLINE; newer events only


class NextStatus(EventPart, frozen=True, rename="pascal"):
    """What the agent has asked to be after the contacts in hand."""

    arn: Arn | None = field(name="ARN", default=None)
    name: Name | None = None
    enqueued_at: Moment | None = field(name="EnqueuedTimestamp", default=None)


class AgentContact(EventPart, frozen=True, rename="pascal"):
    """A contact that the agent has: gone from the next snapshot when its after-contact work is done."""

    contact_id: ContactId
    initial_contact_id: Name | None = None
    channel: Code | None = None  # VOICE, CHAT, TASK ...
    initiation_method: Code | None = None
    # INCOMING, PENDING, CONNECTING, CONNECTED, CONNECTED_ONHOLD, MISSED, PAUSED, REJECTED, ERROR, ENDED (after-contact
    # work), or what Amazon adds.
    state: Code | None = None
    since: Moment | None = field(name="StateStartTimestamp", default=None)
    connected_at: Moment | None = field(name="ConnectedToAgentTimestamp", default=None)
    enqueued_at: Moment | None = field(name="QueueTimestamp", default=None)
    queue: Named | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.channel == "TASKS":  # everywhere else TASK
            msgspec.structs.force_setattr(self, "channel", "TASK")

    @property
    def root_id(self) -> str:
        """The contact id that all legs of one call share."""
        return self.initial_contact_id or self.contact_id

    @property
    def queue_arn(self) -> str | None:
        return self.queue.arn if self.queue else None

    @property
    def queue_name(self) -> str | None:
        return self.queue.name if self.queue else None


_NO_STATUS, _NO_CONFIGURATION, _NO_PROFILE = AgentStatus(), Configuration(), RoutingProfile()


class Snapshot(_Timeless, frozen=True):
    agent_status: AgentStatus | None = None
    next_status: NextStatus | None = field(name="NextAgentStatus", default=None)
    told_configuration: Configuration | None = field(name="Configuration", default=None)
    told_contacts: Annotated[tuple[AgentContact, ...], Meta(max_length=1000)] | None = field(
        name="Contacts", default=None
    )

    @property
    def status(self) -> AgentStatus:
        return self.agent_status or _NO_STATUS

    @property
    def configuration(self) -> Configuration:
        return self.told_configuration or _NO_CONFIGURATION

    @property
    def routing_profile(self) -> RoutingProfile:
        return self.configuration.routing_profile or _NO_PROFILE

    @property
    def username(self) -> str | None:
        return self.configuration.username

    @property
    def first_name(self) -> str | None:
        return self.configuration.first_name

    @property
    def last_name(self) -> str | None:
        return self.configuration.last_name

    @property
    def hierarchy(self) -> tuple[str, ...]:
        """The names of the agent's groups, the widest first."""
        groups = self.configuration.agent_hierarchy_groups or {}
        return tuple(group.name for _, group in sorted(groups.items()) if group and group.name)

    @property
    def concurrency(self) -> tuple[tuple[str, int, int], ...]:
        """Of each channel how many contacts the agent could take now, and how many at most."""
        slots = self.routing_profile.concurrency or ()
        return tuple((each.channel, each.available_slots, each.maximum_slots) for each in slots if each.channel)

    @property
    def queues(self) -> dict[str, str]:
        """The names of queues by their ARNs. An agent's own queue has none."""
        profile = self.routing_profile
        contacts = [contact.queue for contact in self.contacts]
        told = (*(profile.inbound_queues or ()), profile.default_outbound_queue, *contacts)
        return {queue.arn: queue.name for queue in told if queue and queue.arn and queue.name}

    @property
    def contacts(self) -> tuple[AgentContact, ...]:
        return self.told_contacts or ()


class AgentEvent(EventPart, frozen=True, rename="pascal"):
    event_id: Id
    at: Moment = field(name="EventTimestamp")
    kind: Code = field(name="EventType")  # LOGIN, LOGOUT, STATE_CHANGE or HEART_BEAT
    agent_arn: OwnArn = field(name="AgentARN")
    instance_arn: Arn | None = field(name="InstanceARN", default=None)
    snapshot: Snapshot | None = field(name="CurrentAgentSnapshot", default=None)
    previous: Snapshot | None = field(name="PreviousAgentSnapshot", default=None)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.kind not in _KINDS:  # not a Literal: its error quotes what came
            raise ValueError("EventType is none of an agent")


# Built here: msgspec looks a class over when it is first used, and two threads that do so at once bring the process
# down.
_DECODER = msgspec.json.Decoder(AgentEvent)
_OTHER_KINDS = (b'"AWSContactTraceRecordFormatVersion"', b'"detail-type"', b'"StreamingEventType"')


def decode(record: dict[str, object]) -> AgentEvent:
    """The agent event in one parsed object; raises Unusable, which names a field and never its content."""
    try:
        return msgspec.convert(record, AgentEvent)
    except msgspec.ValidationError as error:
        raise Unusable(str(error)) from None


def decode_plain(data: bytes) -> AgentEvent | None:
    """What `decode` makes of the one object in `data` that is_plain; None where that is not sure."""
    if b'"AgentARN"' not in data or any(mark in data for mark in _OTHER_KINDS):
        return None
    try:
        return _DECODER.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
