"""A small world: Alice supervises Billing, Bob leads it, Carol leads Sales, Dave is an agent, Charlie is nobody."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from calls.models import Alert, Call, Caller, Case, Instance, Person, SalesforceOrg, Stream, Team
from transcripts.models import Conversation, Segment
from transcripts.partitions import make_partitions

ENDED_AT = datetime.now(UTC) - timedelta(minutes=5)
NUMBER = "+12025550142"
ARN = "arn:aws:connect:us-east-1:123456789012:instance/00000000-0000-4000-8000-000000000001"


@pytest.fixture
def instance(db: None) -> Instance:
    org = SalesforceOrg.objects.create(
        name="main", login_url="https://acme.example", lightning_url="https://acme.example", flow="client-credentials"
    )
    acme = Instance.objects.create(alias="acme", arn=ARN, salesforce=org)
    for kind in Stream.Kind.values:
        Stream.objects.create(instance=acme, kind=kind, name=kind)
    return acme


@pytest.fixture
def people(instance: Instance) -> dict[str, Person]:
    billing = Team.objects.create(name="Billing", instance=instance, queues=["Billing"])
    sales = Team.objects.create(name="Sales", instance=instance, queues=["Sales"])
    roles = {"alice": ("supervisor", billing), "bob": ("team lead", billing), "carol": ("team lead", sales)}
    roles |= {"dave": ("agent", billing), "erin": ("admin", billing)}
    for name, (role, team) in roles.items():
        person = Person.objects.create_user(name, first_name=name.capitalize())
        person.groups.add(Group.objects.get(name=role))
        team.members.add(person)
    Person.objects.create_user("charlie")
    Person.objects.create_superuser("root")
    return {person.username: person for person in Person.objects.all()}


@pytest.fixture
def sign_in(people: dict[str, Person]) -> Callable[[str], Client]:
    def signed_in(name: str, **headers: str) -> Client:
        client = Client(headers=headers or None)
        if name != "nobody":
            client.force_login(people[name])
        return client

    return signed_in


@pytest.fixture
def make_case(instance: Instance) -> Callable[..., Case]:
    """A case with its one dropped call, of a queue; `number` tells the callers apart."""

    def make(queue: str = "Billing", number: str = NUMBER, **fields: Any) -> Case:
        caller = Caller.objects.create(instance=instance, key=number)
        case = Case.objects.create(
            **{
                "instance": instance,
                "caller": caller,
                "key": f"acme:{caller.pk}",
                "cause": "abandoned",
                "phone": number,
                "last_drop_at": ENDED_AT,
                "org": instance.salesforce,
            }
            | fields
        )
        dropped_call(instance, case, f"drop-{case.pk}", queue)
        return case

    return make


def dropped_call(instance: Instance, case: Case | None, contact_id: str, queue: str, **fields: Any) -> Call:
    record = {
        "ContactId": contact_id,
        "Channel": "VOICE",
        "InitiationTimestamp": f"{ENDED_AT - timedelta(seconds=200):%Y-%m-%dT%H:%M:%SZ}",
        "DisconnectTimestamp": f"{ENDED_AT:%Y-%m-%dT%H:%M:%SZ}",
        "CustomerEndpoint": {"Address": NUMBER, "Type": "TELEPHONE_NUMBER"},
        "Queue": {"Name": queue, "Duration": 168},
        "Attributes": {"tier": "gold", "callback": NUMBER},
        "Unmodelled": {"Depth": [{"Note": f"ring {NUMBER} later"}]},
        "Empty": None,
    }
    return Call.objects.create(
        **{
            "instance": instance,
            "contact_id": contact_id,
            "root_contact_id": contact_id,
            "channel": "VOICE",
            "began_at": ENDED_AT - timedelta(seconds=200),
            "ended_at": ENDED_AT,
            "queue_name": queue,
            "caller_address": NUMBER,
            "record": record,
            "record_updated_at": ENDED_AT,
            "record_arrived_at": ENDED_AT + timedelta(seconds=66),
            "outcome": "abandoned",
            "outcome_row": 17,
            "outcome_fields": {"talked": False, "Queue": queue, "wait_s": 168.0, "DisconnectReason": None},
            "case": case,
        }
        | fields
    )


@pytest.fixture
def alert(make_case: Callable[..., Case]) -> Alert:
    return Alert.objects.create(call=make_case().calls.get())


@pytest.fixture
def live_call(instance: Instance) -> Call:
    """A call of Billing that Contact Lens hears, with three turns, the last still being spoken."""
    heard_at = datetime.now(UTC) - timedelta(minutes=2)
    call = Call.objects.create(
        instance=instance,
        contact_id="live-1",
        root_contact_id="live-1",
        queue_name="Billing",
        is_live=True,
        first_heard_at=heard_at,
        last_heard_at=heard_at,
    )
    call.refresh_from_db()
    Conversation.objects.create(
        call=call,
        mood="NEGATIVE",
        trend=[[0, "turn-0", 0], [9, "turn-1", -1]],
        categories={"Repeat caller": {"points": []}},
    )
    add_turns(call, 3, last_is_partial=True)
    Segment.objects.filter(turn_id="turn-0000").update(content="my card is [card number]", end_ms=900)
    return call


def add_turns(call: Call, count: int, *, last_is_partial: bool = False) -> None:
    make_partitions([call.filed_on])
    for at in range(count):
        Segment.objects.create(
            filed_on=call.filed_on,
            call_id=call.pk,
            turn_id=f"turn-{at:04}",
            number=call.number,
            kind="turn",
            role="CUSTOMER" if at % 2 else "AGENT",
            content=f"<b>words</b> {at} [PII]",
            is_partial=last_is_partial and at == count - 1,
            begin_ms=at * 1000,
            sentiment="NEGATIVE",
            is_redacted=False,
            is_gone=False,
        )
