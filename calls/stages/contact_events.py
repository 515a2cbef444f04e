"""Contact events into calls."""

from __future__ import annotations

from collections.abc import Sequence

from calls.connect.contact_event import ContactEvent, decode, decode_plain
from calls.connect.kinds import Unusable
from calls.models import Instance
from calls.stages.legs import link_legs
from calls.stages.locking import lock_calls
from calls.stages.merging import note_event
from calls.stages.told import Told, save
from calls.streams.arrival import Arrival


class ContactEvents:
    """The handler of the kind `contact-events`."""

    kind = "contact-events"

    @staticmethod
    def decode_plain(data: bytes, instance: Instance) -> ContactEvent | None:
        event = decode_plain(data)
        return event if event and event.instance_arn in (None, instance.arn) else None

    @staticmethod
    def decode(record: dict[str, object], instance: Instance) -> ContactEvent:
        event = decode(record)
        if event.instance_arn and event.instance_arn != instance.arn:
            raise Unusable("belongs to another instance")
        return event

    @staticmethod
    def write(instance: Instance, arrivals: Sequence[Arrival[ContactEvent]]) -> dict[int, int]:
        """The calls that changed, with their numbers. In a transaction; the statements do not grow with the batch."""
        events = [arrival.value for arrival in arrivals]
        before = {each.previous_contact_id for each in events if each.previous_contact_id and _begins(each)}
        locked = lock_calls(instance, (event.contact_id for event in events), before)
        told = {contact_id: Told(call) for contact_id, call in locked.items()}
        for arrival in arrivals:
            _note(told[arrival.value.contact_id], arrival)
        link_legs(instance, told, {event.contact_id for event in events})
        return save(instance, told.values())


def _begins(event: ContactEvent) -> bool:
    return event.kind in ("INITIATED", "QUEUED")


def _note(told: Told, arrival: Arrival[ContactEvent]) -> None:
    event = arrival.value
    told.hear(arrival.arrived_at)
    note_event(told.facts, event)
    told.belong_to(event.root_id)
    told.describe(
        channel=event.channel,
        initiation_method=event.initiation_method,
        previous_contact_id=event.previous_contact_id,
        dialled_address=event.dialled_address,
    )
