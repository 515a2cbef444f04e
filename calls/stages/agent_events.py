"""Agent events into agents, and into the calls that agents have."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from calls.connect.agent_event import AgentEvent, decode, decode_plain
from calls.connect.kinds import Unusable
from calls.models import Instance
from calls.nudges import nudge
from calls.stages.agents import Sighting, take_snapshots
from calls.stages.locking import lock_calls
from calls.stages.merging import note_contact, note_left
from calls.stages.names import learn, newest
from calls.stages.told import Told, save
from calls.streams.arrival import Arrival


class AgentEvents:
    """The handler of the kind `agent-events`."""

    kind = "agent-events"

    @staticmethod
    def decode_plain(data: bytes, instance: Instance) -> AgentEvent | None:
        event = decode_plain(data)
        return event if event and event.instance_arn in (None, instance.arn) else None

    @staticmethod
    def decode(record: dict[str, object], instance: Instance) -> AgentEvent:
        event = decode(record)
        if event.instance_arn and event.instance_arn != instance.arn:
            raise Unusable("belongs to another instance")
        return event

    @staticmethod
    def write(instance: Instance, arrivals: Sequence[Arrival[AgentEvent]]) -> dict[int, int]:
        """The calls that changed, with their numbers. In a transaction; the statements do not grow with the batch."""
        events = [arrival.value for arrival in arrivals]
        queues = [
            (arn, name, each.at) for each in events if each.snapshot for arn, name in each.snapshot.queues.items()
        ]
        learn(instance, newest(queues), {})
        sightings, is_seen = take_snapshots(instance, arrivals)
        changed = _tell_calls(instance, sightings)
        if is_seen and not changed:
            transaction.on_commit(nudge)
        return changed


def _tell_calls(instance: Instance, sightings: Sequence[Sighting]) -> dict[int, int]:
    if not sightings:
        return {}
    listed = {each.contact_id for each in sightings if each.contact}
    told = {
        contact_id: Told(call)
        for contact_id, call in lock_calls(instance, listed, (each.contact_id for each in sightings)).items()
    }
    for each in sightings:
        if each.contact_id in told:
            _note(told[each.contact_id], each)
    return save(instance, told.values())


def _note(told: Told, sighting: Sighting) -> None:
    told.hear(sighting.arrived_at)
    contact = sighting.contact
    if contact is None:
        note_left(told.facts, sighting.agent_arn, sighting.at)
        return
    note_contact(told.facts, sighting.agent_arn, sighting.at, contact)
    told.belong_to(contact.root_id)
    told.describe(channel=contact.channel, initiation_method=contact.initiation_method)
