"""What a story has come to: all that does not depend on how it was told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction

from calls.models import Agent, Alert, Call, Case
from calls.models.call import IN_PROGRESS
from calls.sweeps import sweep_calls
from tests.calls.world import Record, World, now

AT = now()  # all that is told arrives at once, so that nothing depends on when
OPEN = {each.value for each in IN_PROGRESS}
TOLD = (
    "channel", "initiation_method", "began_at", "is_began_estimated", "ended_at", "is_live", "stage", "stage_since",
    "stage_source", "holds", "is_silent", "enqueued_at", "wait_s", "is_talked", "queue_arn", "queue_name", "agent_arn",
    "agent_username", "root_contact_id", "previous_contact_id", "opens_case", "promise", "stage_facts", "outcome",
    "is_provisional",
)  # fmt: skip
SHOWN = ("arn", "is_signed_in", "status", "contacts", "snapshot_at", "event_id", "username", "is_missing")
Ending = dict[str, Any]


def ending() -> Ending:
    call: Ending = Call.objects.values(*TOLD).first() or {}
    if call.pop(
        "is_provisional", False
    ):  # of whoever is known to be served it may be judged or not: nothing comes of it
        call["outcome"] = ""
    for agent in call.get("stage_facts", {}).get("agents", {}).values():
        agent["left_at"] = "left_at" in agent  # that of some snapshot without the call: which one, is all the same
    return {
        **call,
        "agents": list(Agent.objects.order_by("arn").values_list(*SHOWN)),
        "alerts": Alert.objects.unseen().filter(corrected_at=None).count(),
        "cases": list(Case.objects.open().values_list("cause", "drops", "phone")),
    }


def ending_of(world: World, told: Iterable[Sequence[Record]]) -> Ending:
    """Of what is told batch by batch, in a transaction that leaves nothing behind."""
    with transaction.atomic():
        for batch in told:
            world.bring(*batch, at=AT)
        sweep_calls()
        found = ending()
        transaction.set_rollback(True)
    return found
