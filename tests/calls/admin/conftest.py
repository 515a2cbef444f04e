from collections.abc import Callable

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from calls.models import Call, Case, DeadLetter, Instance, Person, Policy, SalesforceOrg, Shard, Stream, Team

ARN = "arn:aws:connect:us-east-1:123456789012:instance/11111111-2222-4333-8444-555555555555"
NUMBER = "+12025550142"
RECORD = f'{{"ContactId": "<script>alert(1)</script>", "said": "call {NUMBER}"}}\x00'.encode()
SECRET = "a secret of Salesforce"


def person(username: str, role: str = "") -> Person:
    made = Person.objects.create_user(username, is_staff=role == "admin")
    if role:
        made.groups.add(Group.objects.get_or_create(name=role)[0])
    return made


@pytest.fixture
def dana(db: None) -> Person:
    return person("dana", "admin")


@pytest.fixture
def alice(db: None) -> Person:
    return person("alice", "supervisor")


@pytest.fixture
def root(db: None) -> Person:
    return Person.objects.create_superuser("root")


@pytest.fixture
def signed_in() -> Callable[[Person], Client]:
    def sign_in(who: Person) -> Client:
        client = Client()
        client.force_login(who)
        return client

    return sign_in


@pytest.fixture
def admin(dana: Person, signed_in: Callable[[Person], Client]) -> Client:
    return signed_in(dana)


@pytest.fixture
def above(root: Person, signed_in: Callable[[Person], Client]) -> Client:
    return signed_in(root)


@pytest.fixture
def org(db: None) -> SalesforceOrg:
    return SalesforceOrg.objects.create(
        name="main",
        login_url="https://acme.my.salesforce.com",
        lightning_url="https://acme.lightning.force.com",
        flow="client-credentials",
        client_id="ringback",
        client_secret=SECRET,
        trouble="The token endpoint says no",
        limit_used=120,
        limit_total=15000,
    )


@pytest.fixture
def instance(org: SalesforceOrg) -> Instance:
    made = Instance.objects.create(alias="acme", arn=ARN, salesforce=org)
    Policy.objects.create(instance=made)
    return made


@pytest.fixture
def stream(instance: Instance) -> Stream:
    return Stream.objects.create(
        instance=instance, kind="contact-records", name="acme-contact-records", unread_kinds={"agent-events": 12}
    )


@pytest.fixture
def shard(stream: Stream) -> Shard:
    return Shard.objects.create(stream=stream, shard_id="shardId-000000000000", records=41)


@pytest.fixture
def team(instance: Instance) -> Team:
    return Team.objects.create(name="Billing", instance=instance, queues=["Billing"])


@pytest.fixture
def letter(stream: Stream) -> DeadLetter:
    return DeadLetter.objects.create(
        stream=stream, digest=DeadLetter.digest_of(RECORD), data=RECORD, reason="not JSON", count=3
    )


@pytest.fixture
def case(instance: Instance, org: SalesforceOrg) -> Case:
    made = Case.objects.create(instance=instance, key="acme:1", cause="abandoned", phone=NUMBER, org=org)
    Call.objects.create(
        instance=instance, contact_id="1", root_contact_id="1", queue_name="Billing", caller_address=NUMBER, case=made
    )
    return made
