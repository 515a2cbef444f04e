"""Agents by their newest snapshots, and what each says of the calls that it lists, or does not list any more."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from operator import attrgetter
from typing import NamedTuple

from django.db import transaction

from calls.connect.agent_event import AgentContact, AgentEvent, Snapshot
from calls.models import Agent, Instance
from calls.models.bulk import add_rows, save_rows
from calls.stages.names import fill_names
from calls.streams.arrival import Arrival

FIELDS = (
    "username", "first_name", "last_name", "named_at", "is_signed_in", "status", "status_type", "status_since",
    "next_status", "routing_profile", "concurrency", "contacts", "snapshot_at", "event_id", "heard_at", "is_missing",
)  # fmt: skip
# What comes with every event, and nobody sees.
UNSEEN = ("snapshot_at", "event_id", "heard_at", "named_at")
COLUMNS = attrgetter(*FIELDS)
SEEN = attrgetter(*(name for name in FIELDS if name not in UNSEEN))
LONG_AGO = datetime.min.replace(tzinfo=UTC)
NOTHING = Snapshot()

Events = Sequence[Arrival[AgentEvent]]


class Sighting(NamedTuple):
    """That an agent had a call at a moment; without `contact`, that he or she had not."""

    contact_id: str
    agent_arn: str
    at: datetime
    arrived_at: datetime
    contact: AgentContact | None = None


def take_snapshots(instance: Instance, arrivals: Events) -> tuple[list[Sighting], bool]:
    """Agents' rows brought up to date; what that says of their calls, and whether anything to see has changed."""
    by_arn: defaultdict[str, list[Arrival[AgentEvent]]] = defaultdict(list)
    for arrival in arrivals:
        by_arn[arrival.value.agent_arn].append(arrival)
    agents = _lock(instance, sorted(by_arn))
    before = [(agent, COLUMNS(agent), SEEN(agent), agent.username) for agent in agents]
    sightings = [sighting for agent in agents for sighting in _take(agent, by_arn[agent.arn])]
    save_rows([agent for agent, columns, _, _ in before if COLUMNS(agent) != columns], FIELDS)
    if any(agent.username != username for agent, _, _, username in before):
        transaction.on_commit(fill_names)
    return sightings, any(SEEN(agent) != seen for agent, _, seen, _ in before)


def _lock(instance: Instance, arns: list[str]) -> list[Agent]:
    known = set(Agent.objects.filter(instance=instance, arn__in=arns).values_list("arn", flat=True))
    add_rows(Agent(instance=instance, arn=arn, contacts=[], concurrency=[]) for arn in arns if arn not in known)
    return list(Agent.objects.filter(instance=instance, arn__in=arns).order_by("pk").select_for_update())


def _take(agent: Agent, arrivals: Events) -> Iterator[Sighting]:
    for arrival in sorted(arrivals, key=lambda each: _place(each.value)):
        event = arrival.value
        agent.heard_at = max(arrival.arrived_at, agent.heard_at or arrival.arrived_at)
        agent.is_missing = False
        listed = {contact.contact_id for contact in (event.snapshot or NOTHING).contacts}
        held: set[str] = {contact["contact_id"] for contact in agent.contacts}
        newest_at = agent.snapshot_at or LONG_AGO
        yield from _seen(event, arrival.arrived_at)
        if _place(event) > (newest_at, agent.event_id):
            yield from _left(event.agent_arn, held - listed, event.at, arrival.arrived_at)
            _show(agent, event)
        else:
            # It is old: what it lists and the newest does not, is gone since then at the latest.
            yield from _left(event.agent_arn, listed - held, newest_at, arrival.arrived_at)


def _place(event: AgentEvent) -> tuple[datetime, str]:
    return event.at, event.event_id


def _seen(event: AgentEvent, arrived_at: datetime) -> Iterator[Sighting]:
    """The snapshot before it has no time of its own: it held when the contact came into its state, at the least."""
    now = {contact.contact_id: contact for contact in (event.snapshot or NOTHING).contacts}
    for contact in (event.previous or NOTHING).contacts:
        if contact.since:
            yield Sighting(contact.contact_id, event.agent_arn, contact.since, arrived_at, contact)
        if contact.contact_id not in now:
            yield Sighting(contact.contact_id, event.agent_arn, event.at, arrived_at)
    for contact in now.values():
        yield Sighting(contact.contact_id, event.agent_arn, event.at, arrived_at, contact)


def _left(agent_arn: str, contact_ids: Iterable[str], at: datetime, arrived_at: datetime) -> Iterator[Sighting]:
    for contact_id in sorted(contact_ids):
        yield Sighting(contact_id, agent_arn, at, arrived_at)


def _show(agent: Agent, event: AgentEvent) -> None:
    agent.snapshot_at, agent.event_id = event.at, event.event_id
    snapshot = event.snapshot or NOTHING
    status, following = snapshot.status, snapshot.next_status
    is_offline = status.type == "OFFLINE" or status.name == "Offline"
    agent.is_signed_in = event.kind != "LOGOUT" and not is_offline
    agent.status, agent.status_type = status.name or "", (status.type or "")[:16]
    agent.status_since = status.since
    agent.next_status = (following and following.name) or ""
    agent.contacts = [_contact(contact) for contact in snapshot.contacts]
    if snapshot.told_configuration:
        _show_configuration(agent, event.at, snapshot)


def _show_configuration(agent: Agent, at: datetime, snapshot: Snapshot) -> None:
    if snapshot.username and at >= (agent.named_at or LONG_AGO):
        agent.username, agent.named_at = snapshot.username, at
    agent.first_name, agent.last_name = snapshot.first_name or "", snapshot.last_name or ""
    agent.routing_profile = snapshot.routing_profile.name or ""
    agent.concurrency = [list(slots) for slots in snapshot.concurrency]


def _contact(contact: AgentContact) -> dict[str, str]:
    told = {
        "contact_id": contact.contact_id,
        "channel": contact.channel,
        "state": contact.state,
        "since": contact.since and contact.since.isoformat(),
        "queue_arn": contact.queue_arn,
        "queue_name": contact.queue_name,
    }
    return {name: value or "" for name, value in told.items()}
