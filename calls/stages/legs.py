"""A contact that names another as the leg before it: told to that one, whichever of the two came first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import connection

from calls.models import Instance
from calls.outcomes.seen import carries_on
from calls.stages.facts import NextLeg
from calls.stages.merging import note_next
from calls.stages.told import Told

FOLLOWING = """
SELECT leg.previous_contact_id, leg.contact_id, leg.initiation_method, leg.began_at
FROM unnest(%(named)s::text[]) named(contact_id) CROSS JOIN LATERAL (
    SELECT * FROM calls_call WHERE instance_id = %(instance)s AND previous_contact_id = named.contact_id
    AND previous_contact_id <> '' AND began_at IS NOT NULL ORDER BY began_at, contact_id LIMIT 10) leg
"""


def link_legs(instance: Instance, told: Mapping[str, Told], own: Iterable[str]) -> None:
    """`told`: of locked calls, of which `own` have news."""
    own = set(own)
    for contact_id in own:
        leg = told[contact_id].call
        _link(told.get(leg.previous_contact_id), contact_id, leg.initiation_method, told[contact_id].facts.initiated_at)
    alone = sorted(contact_id for contact_id in own if told[contact_id].facts.next is None)
    with connection.cursor() as cursor:
        cursor.execute(FOLLOWING, {"instance": instance.pk, "named": alone})
        for previous_id, contact_id, initiation_method, began_at in cursor.fetchall():
            _link(told[previous_id], contact_id, initiation_method, began_at)


def _link(before: Told | None, contact_id: str, initiation_method: str, began_at: datetime | None) -> None:
    if before and began_at and initiation_method and carries_on(initiation_method):
        note_next(before.facts, NextLeg(contact_id, initiation_method, began_at))
