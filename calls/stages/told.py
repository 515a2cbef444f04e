"""A locked call, with what the streams have told of it so far, what a batch adds, and the columns that follow."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from operator import attrgetter

import msgspec

from calls.describing.wake import wake_describing
from calls.judging import judge_early
from calls.models import Call, Instance
from calls.models.bulk import save_rows
from calls.models.call import IN_PROGRESS
from calls.stages.facts import Facts
from calls.stages.names import name_calls
from calls.stages.stage import stage_of

FIELDS = (
    "channel", "initiation_method", "began_at", "is_began_estimated", "ended_at", "first_heard_at", "last_heard_at",
    "is_live", "stage", "stage_since", "stage_source", "stage_facts", "holds", "is_silent", "enqueued_at", "queue_arn",
    "queue_name", "agent_arn", "agent_username", "dialled_address", "root_contact_id", "previous_contact_id",
)  # fmt: skip


# Being heard of again is no change by itself.
COMPARED = attrgetter(*(name for name in FIELDS if not name.endswith("_heard_at")))


class Told:
    """Of one call. A contact record has the last word on every column; the facts are kept beside it."""

    def __init__(self, call: Call) -> None:
        self.call = call
        self.facts = msgspec.convert(call.stage_facts, Facts)
        self.before = COMPARED(call)

    def hear(self, arrived_at: datetime) -> None:
        self.call.first_heard_at = min(arrived_at, self.call.first_heard_at or arrived_at)
        self.call.last_heard_at = max(arrived_at, self.call.last_heard_at or arrived_at)

    def describe(self, **columns: str | None) -> None:
        """What says itself, and no other source says otherwise: kept once it is known."""
        if self.call.record is None:
            for name, value in columns.items():
                if value and not getattr(self.call, name):
                    setattr(self.call, name, value)

    def belong_to(self, root_id: str) -> None:
        if self.call.record is None and root_id != self.call.contact_id:
            self.call.root_contact_id = root_id

    def settle(self) -> bool:
        """The columns that follow; whether anything changed. What tells nothing new wakes no call that is silent."""
        facts = msgspec.json.decode(msgspec.json.encode(self.facts))  # as the database gives it back
        if facts != self.call.stage_facts:
            self.call.stage_facts, self.call.holds = facts, len(self.facts.holds)
            if self.call.record is None:
                self._stand()
        return bool(COMPARED(self.call) != self.before)

    def _stand(self) -> None:
        call, facts = self.call, self.facts
        standing = stage_of(
            facts, words_at=call.words_at, words_over_at=call.words_over_at, heard_at=call.first_heard_at
        )
        call.stage, call.stage_since, call.stage_source = standing.stage, standing.since, standing.source
        call.is_live = standing.stage in IN_PROGRESS and call.has_caller
        call.is_silent = False
        if facts.initiated_at:
            call.began_at, call.is_began_estimated = facts.initiated_at, False
        call.ended_at = facts.disconnected_at
        call.enqueued_at = facts.enqueued_at
        if call.queue_arn != facts.queue_arn:
            call.queue_arn, call.queue_name = facts.queue_arn, ""
        if call.agent_arn != standing.agent_arn:
            call.agent_arn, call.agent_username = standing.agent_arn, ""


def save(instance: Instance, told: Iterable[Told]) -> dict[int, int]:
    """Settle and save those that changed, and judge those that have ended; their new numbers."""
    changed = [each.call for each in told if each.settle()]
    if not changed:
        return {}
    name_calls(instance, [call for call in changed if call.record is None])
    save_rows(changed, FIELDS)
    judge_early(instance, changed)
    if instance.describe_contacts and any(call.is_unasked for call in changed):
        wake_describing(instance.pk)
    return dict(Call.objects.filter(pk__in=[call.pk for call in changed]).values_list("pk", "number"))
