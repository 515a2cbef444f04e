"""A floor full of calls in progress, straight into the tables: what the wall costs is measured, not the intake."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

from django.contrib.auth.models import Group

from calls.models import Agent, Call, Caller, Instance, Person, Stream, Team
from transcripts.models import Conversation, Segment
from transcripts.partitions import make_partitions

ARN = "arn:aws:connect:us-east-1:123456789012:instance/00000000-0000-4000-8000-000000000001"
QUEUES = ("Billing", "Claims", "Sales", "Flights", "Retention", "Returns", "Loyalty", "Night")
STAGES = ("talking",) * 12 + ("waiting",) * 3 + ("flow", "flow", "hold", "ringing")
MOODS = ("NEGATIVE", "NEUTRAL", "NEUTRAL", "POSITIVE", "MIXED")
CATEGORIES = ("Refund", "Repeat caller", "Cancellation", "Upsell", "Delivery promised")
WORDS = "and the courier was here on Tuesday already, but nobody rang the bell, and now the parcel is on its way back"
TURNS = 20


def furnish(calls: int, seed: int) -> Person:
    """So many calls with turns, half as many agents; the supervisor who sees them all."""
    rng = random.Random(seed)  # noqa: S311
    instance = Instance.objects.create(alias="acme", arn=ARN)
    for kind in Stream.Kind.values:
        Stream.objects.create(instance=instance, kind=kind, name=kind, is_stopped=True)
    team = Team.objects.create(name="Floor", instance=instance, all_queues=True)
    alice = Person.objects.create_user("alice", first_name="Alice")
    alice.groups.add(Group.objects.get(name="supervisor"))
    team.members.add(alice)
    Agent.objects.bulk_create(_agent(instance, at) for at in range(calls // 2))
    callers = Caller.objects.bulk_create(
        Caller(instance=instance, key=f"+1202555{at:04}", name=f"Customer {at}", tier="gold" if at % 9 == 0 else "")
        for at in range(calls)
    )
    made = Call.objects.bulk_create(_call(instance, caller, at, rng) for at, caller in enumerate(callers))
    _talk([call for call in made if call.stage in ("talking", "hold")], rng)
    return alice


def _agent(instance: Instance, at: int) -> Agent:
    told = {"status": "Available", "status_type": "ROUTABLE", "is_signed_in": True, "username": f"agent{at}"}
    return Agent(instance=instance, arn=f"{ARN}/agent/{at}", **told)


def _call(instance: Instance, caller: Caller, at: int, rng: random.Random) -> Call:
    stage, now = rng.choice(STAGES), datetime.now(UTC)
    since = now - timedelta(seconds=rng.random() * 400)
    has_agent = stage in ("talking", "hold", "ringing")
    return Call(
        instance=instance, contact_id=f"contact-{at}", root_contact_id=f"contact-{at}", is_live=True, channel="VOICE",
        initiation_method="INBOUND", began_at=since - timedelta(seconds=60), first_heard_at=since, last_heard_at=now,
        stage=stage, stage_since=since, stage_source="contact-events",
        enqueued_at=None if stage == "flow" else since, holds=rng.randrange(3),
        queue_name="" if stage == "flow" else rng.choice(QUEUES),
        agent_username=f"agent{rng.randrange(500)}" if has_agent else "",
        caller=caller, caller_address=caller.key,
    )  # fmt: skip


def _talk(calls: list[Call], rng: random.Random) -> None:
    filed_on = datetime.now(UTC).date()
    Call.objects.filter(pk__in=[call.pk for call in calls]).update(filed_on=filed_on)
    make_partitions([filed_on])
    Conversation.objects.bulk_create(
        Conversation(
            call=call,
            mood=rng.choice(MOODS),
            trend=[[at, f"turn-{at}", rng.choice((-1, 0, 1))] for at in range(8)],
            categories={name: {"points": []} for name in rng.sample(CATEGORIES, rng.randrange(3))},
        )
        for call in calls
    )
    Segment.objects.bulk_create(
        (
            Segment(
                filed_on=filed_on, call_id=call.pk, turn_id=f"turn-{at}", number=1, kind="turn",
                role="CUSTOMER" if at % 2 else "AGENT", content=f"{at} {WORDS}", is_partial=False,
                begin_ms=at * 3000, end_ms=at * 3000 + 2800, sentiment="NEUTRAL", is_redacted=False, is_gone=False,
            )
            for call in calls
            for at in range(TURNS)
        ),
        batch_size=2000,
    )  # fmt: skip
