"""Contact records into calls: newer wins, and every leg's neighbours are judged again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils import timezone

from calls.caller_names import learn_callers
from calls.connect.contact_record import ContactRecord, decode
from calls.connect.kinds import Unusable
from calls.judging import judge_calls, judge_early
from calls.models import Call, Instance
from calls.models.bulk import add_rows, save_rows
from calls.models.call import Stage
from calls.nudges import nudge
from calls.stages.names import learn
from calls.stages.names import newest as newest_names
from calls.streams.arrival import Arrival

FIELDS = (
    "channel", "initiation_method", "began_at", "is_began_estimated", "ended_at", "is_live", "is_silent", "stage",
    "stage_since", "stage_source", "enqueued_at", "wait_s", "is_talked", "queue_arn", "queue_name", "agent_arn",
    "agent_username", "caller", "caller_address", "dialled_address", "root_contact_id", "previous_contact_id",
    "next_contact_id", "record", "record_updated_at", "record_arrived_at", "outcome", "outcome_row",
    "outcome_fields", "evidence", "is_provisional", "judge_at", "opens_case", "case", "promise",
)  # fmt: skip


class ContactRecords:
    """The handler of the kind `contact-records`."""

    kind = "contact-records"

    @staticmethod
    def decode_plain(data: bytes, instance: Instance) -> None:
        """Never: what a contact record sets off costs much more than its decoding."""

    @staticmethod
    def decode(record: dict[str, object], instance: Instance) -> tuple[dict[str, object], ContactRecord]:
        found = decode(record)
        if found.instance_arn and found.instance_arn != instance.arn:
            raise Unusable("belongs to another instance")
        return record, found

    @staticmethod
    def write(
        instance: Instance, arrivals: Sequence[Arrival[tuple[dict[str, object], ContactRecord]]]
    ) -> dict[int, int]:
        """The calls that changed, with their numbers. In a transaction."""
        newest = _newest(arrivals)
        records = [found for _, found in (arrival.value for arrival in newest)]
        _learn_names(instance, records)
        family = lock_family(instance, records)
        news = [family[arrival.value[1].contact_id] for arrival in newest if _bring_in(arrival, family)]
        changed = judge_and_save(instance, family, news)
        learn_callers(instance, news)
        return dict(Call.objects.filter(pk__in=changed).values_list("pk", "number"))


def _newest(
    arrivals: Iterable[Arrival[tuple[dict[str, object], ContactRecord]]],
) -> list[Arrival[tuple[dict[str, object], ContactRecord]]]:
    """One record for each contact: the one with the latest LastUpdateTimestamp, of equals the last."""
    newest: dict[str, Arrival[tuple[dict[str, object], ContactRecord]]] = {}
    for arrival in arrivals:
        found = arrival.value[1]
        held = newest.get(found.contact_id)
        if held is None or is_news(found.updated_at, held.value[1].updated_at):
            newest[found.contact_id] = arrival
    return [newest[contact_id] for contact_id in sorted(newest)]


def _learn_names(instance: Instance, records: Iterable[ContactRecord]) -> None:
    """As they were when the contact ended: its record may come again much later, with the same old names."""
    told = [(each, each.ended_at or each.updated_at) for each in records]
    queues = [(each.queue.arn, each.queue.name, at) for each, at in told if each.queue and at]
    agents = [(each.agent.arn, each.agent.username, at) for each, at in told if each.agent and at]
    learn(instance, newest_names(queues), newest_names(agents))


def is_news(updated_at: datetime | None, known_at: datetime | None) -> bool:
    """A record without a time of update never overwrites; of two of the same second, the later arrival wins."""
    return updated_at is not None and (known_at is None or updated_at >= known_at)


def lock_family(instance: Instance, records: Iterable[ContactRecord]) -> dict[str, Call]:
    """The calls of these records, made where missing, with the legs linked to them; locked in order."""
    records = list(records)
    own = {record.contact_id: record for record in records}
    roots = {record.root_id for record in records}
    _lock_roots(instance, roots)
    add_rows(
        Call(instance=instance, contact_id=contact_id, root_contact_id=own[contact_id].root_id)
        for contact_id in sorted(own)
    )
    linked = {link for record in records for link in (record.previous_contact_id, record.next_contact_id) if link}
    wanted = {
        "instance": instance.pk,
        "own": sorted(own),
        "named": sorted(own.keys() | linked),
        "roots": sorted(roots),
        "most": MOST_LEGS,
    }
    return {call.contact_id: call for call in Call.objects.raw(LOCK_FAMILY, wanted)}


# More than any call has; what somebody sends with more is judged by the newest of them, at the same price.
MOST_LEGS = 100
# A look into an index for each key, whatever the planner thinks of the table: LIMIT keeps it from joining otherwise,
# and the sign from walking backwards through the keys.
LOCK_FAMILY = """
WITH family AS MATERIALIZED (
    SELECT leg.id FROM unnest(%(named)s::text[]) named CROSS JOIN LATERAL (
        SELECT id FROM calls_call WHERE instance_id = %(instance)s AND contact_id = named LIMIT 1) leg
    UNION SELECT leg.id FROM unnest(%(roots)s::text[]) root CROSS JOIN LATERAL (
        SELECT id FROM calls_call WHERE instance_id = %(instance)s AND root_contact_id = root
        ORDER BY -id LIMIT %(most)s) leg
    UNION SELECT leg.id FROM unnest(%(own)s::text[]) own CROSS JOIN LATERAL (
        SELECT id FROM calls_call WHERE instance_id = %(instance)s
        AND previous_contact_id = own AND previous_contact_id <> '' ORDER BY -id LIMIT %(most)s) leg
    UNION SELECT leg.id FROM unnest(%(own)s::text[]) own CROSS JOIN LATERAL (
        SELECT id FROM calls_call WHERE instance_id = %(instance)s
        AND next_contact_id = own AND next_contact_id <> '' ORDER BY -id LIMIT %(most)s) leg
    ORDER BY id
)
SELECT call.* FROM family CROSS JOIN LATERAL (
    SELECT * FROM calls_call WHERE id = family.id LIMIT 1 FOR UPDATE) call
"""


LOCK_ROOTS = """
SELECT pg_advisory_xact_lock(%s, bucket)
FROM (SELECT DISTINCT hashtext(root) & 255 AS bucket FROM unnest(%s::text[]) root ORDER BY bucket) buckets
"""


def _lock_roots(instance: Instance, roots: Iterable[str]) -> None:
    """Legs of one call that two writers bring at once do not see each other's rows: the second waits for the first.

    In 256 buckets, because PostgreSQL has room for a limited number of locks.
    """
    with connection.cursor() as cursor:
        cursor.execute(LOCK_ROOTS, [instance.pk, sorted(roots)])


def _bring_in(arrival: Arrival[tuple[dict[str, object], ContactRecord]], family: dict[str, Call]) -> bool:
    record, found = arrival.value
    call = family[found.contact_id]
    if call.record is not None and (not is_news(found.updated_at, call.record_updated_at) or call.record == record):
        return False
    queue, agent = found.queue, found.agent
    ended_at = found.ended_at or found.updated_at or arrival.arrived_at
    changes: dict[str, Any] = {
        "record": record,
        "record_updated_at": found.updated_at,
        # By our clock, not Kinesis's: the other legs of a call that waited in the stream wait there too.
        "record_arrived_at": call.record_arrived_at or timezone.now(),
        "channel": found.channel or call.channel,
        "initiation_method": found.initiation_method or "",
        "began_at": found.began_at or call.began_at,
        "is_began_estimated": found.began_at is None and call.is_began_estimated,
        "ended_at": ended_at,
        "is_live": False,
        "is_silent": False,
        "stage": Stage.ENDED,
        "stage_since": ended_at,
        "stage_source": ContactRecords.kind,
        "enqueued_at": queue and queue.enqueued_at,
        "wait_s": found.wait_s,
        "is_talked": found.talked,
        "queue_arn": (queue and queue.arn) or "",
        "queue_name": (queue and queue.name) or "",
        "agent_arn": (agent and agent.arn) or "",
        "agent_username": (agent and agent.username) or "",
        "caller_address": (found.caller_address or "")[:300],
        "dialled_address": (found.dialled_address or "")[:300],
        "root_contact_id": found.root_id,
        "previous_contact_id": found.previous_contact_id or "",
        "next_contact_id": found.next_contact_id or "",
    }
    for name, value in changes.items():
        setattr(call, name, value)
    call.contact_record = found  # as it would be decoded again
    return True


def judge_and_save(instance: Instance, family: dict[str, Call], news: list[Call]) -> set[int]:
    changed = judge_calls(instance, family, news)
    save_rows(changed, FIELDS)
    return {call.pk for call in changed}


def judge_again() -> None:
    """Calls whose provisional outcome has waited long enough for another leg, or for the contact record."""
    due = Call.objects.filter(judge_at__lte=Now()).select_related("instance")[:500]
    by_instance: dict[Instance, list[ContactRecord]] = {}
    early: dict[Instance, list[int]] = {}
    for call in due:
        if call.contact_record:
            by_instance.setdefault(call.instance, []).append(call.contact_record)
        else:
            early.setdefault(call.instance, []).append(call.pk)
    for instance, records in by_instance.items():
        with transaction.atomic():
            family = lock_family(instance, records)
            if judge_and_save(instance, family, [family[record.contact_id] for record in records]):
                transaction.on_commit(nudge)
    for instance, pks in early.items():
        with transaction.atomic():
            unrecorded = Call.objects.filter(pk__in=pks, record__isnull=True).order_by("pk").select_for_update()
            if judge_early(instance, unrecorded):
                transaction.on_commit(nudge)
