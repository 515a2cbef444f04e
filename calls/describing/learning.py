"""What DescribeContact told, brought into the calls: it fills what is empty, and a contact record's word stands."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from django.db import transaction
from django.utils import timezone

from calls.callers import lock_callers, number_key
from calls.judging import judge_early
from calls.models import Call, Instance
from calls.models.bulk import save_rows
from calls.nudges import nudge
from calls.stages.merging import note_event
from calls.stages.told import Told, save

from .contact import Described


def learn(instance: Instance, answers: Mapping[int, Described | None]) -> None:
    """The answers by the calls' keys; None taught nothing. A call is not asked about again until it is silent."""
    with transaction.atomic():
        asked = Call.objects.filter(pk__in=answers.keys(), record__isnull=True)
        calls = list(asked.order_by("pk").select_for_update())
        told = {call.pk: Told(call) for call in calls}
        for call in calls:
            call.described_at = timezone.now()
            if answer := answers[call.pk]:
                _note(told[call.pk], answer)
        _name_callers(instance, calls)
        judged = save(instance, told.values())
        save_rows(calls, ("caller", "caller_address", "described_at"))
        judge_early(instance, [call for call in calls if call.pk not in judged])
        changed = list(Call.objects.filter(pk__in=told).values_list("pk", "number"))
        transaction.on_commit(partial(nudge, changed))


def _note(told: Told, answer: Described) -> None:
    event = answer.event
    told.hear(timezone.now())
    note_event(told.facts, event)
    told.belong_to(event.root_id)
    told.describe(
        channel=event.channel,
        initiation_method=event.initiation_method,
        previous_contact_id=event.previous_contact_id,
        dialled_address=event.dialled_address,
        caller_address=answer.caller_address,
    )


def _name_callers(instance: Instance, calls: list[Call]) -> None:
    """So that a caller's earlier drops are known while he or she waits."""
    keys = {call.pk: number_key(call.caller_address) for call in calls if call.caller_id is None}
    callers = lock_callers(instance, (key for key in keys.values() if key))
    for call in calls:
        if key := keys.get(call.pk):
            call.caller = callers[key]
