"""What is known of the calls of a batch besides their own records: in a fixed number of statements."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import timedelta

import msgspec
from django.db.models import Q

from calls.models import Agent, Call, Instance, Shard, Stream
from calls.models.call import WITH_AGENT
from calls.models.moments import in_seconds
from calls.models.queue import tail
from calls.outcomes import Evidence, Leg, Rules
from calls.outcomes.facts import TRANSFERS
from calls.outcomes.seen import Seen, carries_on, facts_of, seen_of

RECORDS = Stream.Kind.CONTACT_RECORDS


class Witness:
    def __init__(self, instance: Instance, calls: Collection[Call]) -> None:
        """`calls` are those to be judged, with the legs of theirs that are at hand."""
        self.instance = instance
        self.calls = {call.contact_id: call for call in calls}
        self.seen = {call.contact_id: seen_of(call) for call in calls}
        self.names = self._names({arn for seen in self.seen.values() for arn in seen.missed})
        going_on = [call for call in calls if carries_on(call.initiation_method)]
        self.on_legs = {call.contact_id for call in going_on}
        self.naming = {call.previous_contact_id for call in going_on}
        self.calling_back = {call.previous_contact_id for call in going_on if call.initiation_method == "CALLBACK"}

    def _names(self, arns: set[str]) -> dict[str, str]:
        agents = Agent.objects.filter(instance=self.instance, arn__in=sorted(arns)) if arns else []
        return {agent.arn: agent.name for agent in agents}

    def of_record(self, call: Call, legs: tuple[Leg, ...], rules: Rules, waited: timedelta) -> Evidence:
        return msgspec.structs.replace(
            self._of(call),
            legs=legs,
            **_kept(self.calls.get(call.previous_contact_id), call),
            leg_wait_over=waited >= timedelta(seconds=rules.leg_wait_s),
            callback_settled=waited >= timedelta(minutes=rules.callback_settle_min),
        )

    def of_events(self, call: Call, before: Call | None) -> Evidence:
        """`before` is the leg before this one, where it has a row."""
        record = before.contact_record if before else None
        return msgspec.structs.replace(
            self._of(call),
            is_early=True,
            legs=(Leg.of(record),) if record else (),
            **_kept(before, call),
        )

    def _of(self, call: Call) -> Evidence:
        seen, contact_id = self.seen[call.contact_id], call.contact_id
        is_named = call.next_contact_id in self.on_legs
        return Evidence(
            agent_state=seen.agent_state,
            hold_s=seen.hold_s,
            missed_by_agent=bool(seen.missed),
            rang=tuple(self.names.get(arn) or tail(arn) for arn in seen.missed),
            next_seen=seen.next is not None or is_named or contact_id in self.naming,
            further_try_seen=_is_callback(seen) or contact_id in self.calling_back,
        )


def _is_callback(seen: Seen) -> bool:
    return seen.next is not None and seen.next.initiation_method == "CALLBACK"


def legs_before(instance: Instance, calls: Iterable[Call]) -> dict[str, Call]:
    """Of transfers, the calls that they came from, by contact id."""
    named = {call.previous_contact_id for call in calls if call.initiation_method in TRANSFERS} - {""}
    if not named:
        return {}
    return {call.contact_id: call for call in Call.objects.filter(instance=instance, contact_id__in=sorted(named))}


def _kept(before: Call | None, call: Call) -> dict[str, bool]:
    """What the live streams tell of the leg before, until its contact record has the last word on it."""
    if before is None or before.record is not None:
        return {}
    is_kept_still = before.stage in WITH_AGENT
    return {"is_customer_kept": is_kept_still or _has_customer_after(before, call), "is_kept_still": is_kept_still}


def _has_customer_after(before: Call, call: Call) -> bool:
    """Its agent held the customer for longer than this leg lasted."""
    before_ended_at = facts_of(before).disconnected_at
    return call.ended_at is not None and before_ended_at is not None and before_ended_at > call.ended_at


def are_records_behind(instance: Instance, patience_s: float) -> bool:
    """Whether contact records may lie unread in the instance's streams for longer than that."""
    late = (
        Q(stream__is_stopped=True)
        | Q(read_at__isnull=True)
        | Q(read_at__lt=in_seconds(-patience_s))
        | Q(behind_ms__gt=patience_s * 1000)
    )
    open_shards = Shard.objects.filter(stream__instance=instance, stream__kind=RECORDS, is_ended=False)
    return open_shards.filter(late).exists()


def tells_more(call: Call) -> bool:
    """Whether the live streams tell of a call with a record what it was not judged by."""
    seen, known = seen_of(call), msgspec.convert(call.evidence, Evidence)
    return (
        (seen.next is not None and not known.next_seen)
        or (_is_callback(seen) and not known.further_try_seen)
        or len(seen.missed) > len(known.rang)
        or (seen.agent_state, seen.hold_s) != (known.agent_state, known.hold_s)
    )
