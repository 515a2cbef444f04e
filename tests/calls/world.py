"""One small world for what comes on the streams: the instance acme with two of them, and records to bring in."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from calls.models import Alert, Call, Case, Instance, Policy, Stream
from calls.streams.writer import write

SAMPLES = Path(__file__).parents[1] / "samples"
ARN = "arn:aws:connect:us-east-1:123456789012:instance/00000000-0000-4000-8000-000000000001"
QUEUE = {"ARN": f"{ARN}/queue/billing", "Name": "Billing"}
AGENT = {"ARN": f"{ARN}/agent/bob", "Username": "bob"}
ALICE = "+12025550142"
BOB = "+12025550143"

Record = dict[str, Any]


@dataclass
class World:
    instance: Instance
    policy: Policy
    stream: Stream
    lens: Stream

    def bring(self, *records: Record | bytes, stream: Stream | None = None, at: datetime | None = None) -> int:
        """All in one batch; how many could not be used."""
        batch = [(each if isinstance(each, bytes) else json.dumps(each).encode(), at or now()) for each in records]
        return write(stream or self.stream, batch)

    def rules(self, **changes: Any) -> None:
        Policy.objects.filter(pk=self.policy.pk).update(**changes)

    def call(self, contact_id: str) -> Call:
        return Call.objects.get(instance=self.instance, contact_id=contact_id)

    def case(self) -> Case:
        return Case.objects.get()

    def alerts(self) -> list[str]:
        return sorted(Alert.objects.values_list("call__contact_id", flat=True))


def now() -> datetime:
    return datetime.now(UTC)


def ago(**since: float) -> str:
    return (now() - timedelta(**since)).isoformat()


def sample(path: str) -> Record:
    record: Record = json.loads((SAMPLES / path).read_bytes())
    return record


def dropped(contact_id: str = "c1", caller: str | None = ALICE, ended_s: float = 60, **more: Any) -> Record:
    """Left the queue after a minute, `ended_s` ago."""
    return {
        "AWSContactTraceRecordFormatVersion": "2017-03-10",
        "ContactId": contact_id,
        "Channel": "VOICE",
        "InitiationMethod": "INBOUND",
        "InitiationTimestamp": ago(seconds=ended_s + 90),
        "ConnectedToSystemTimestamp": ago(seconds=ended_s + 90),
        "DisconnectTimestamp": ago(seconds=ended_s),
        "LastUpdateTimestamp": ago(seconds=ended_s),
        "DisconnectReason": "CUSTOMER_DISCONNECT",
        "CustomerEndpoint": {"Type": "TELEPHONE_NUMBER", "Address": caller} if caller else None,
        "Queue": {**QUEUE, "EnqueueTimestamp": ago(seconds=ended_s + 60), "DequeueTimestamp": ago(seconds=ended_s)},
        **more,
    }


def answered(contact_id: str = "c1", caller: str | None = ALICE, ended_s: float = 60, **more: Any) -> Record:
    agent = {**AGENT, "ConnectedToAgentTimestamp": ago(seconds=ended_s + 30)}
    return {**dropped(contact_id, caller, ended_s), "Agent": agent, **more}


REFUSED = {"Queue": {"Name": "refused"}}


def refuse() -> None:
    """Have the database refuse what is REFUSED: nothing is known that decoders take and tables do not."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE calls_call ADD CONSTRAINT nothing_refused CHECK (queue_name <> 'refused')")


def newer(record: Record, **changes: Any) -> Record:
    """The record as Connect sends it again, a second after the one before."""
    later = datetime.fromisoformat(record["LastUpdateTimestamp"]) + timedelta(seconds=1)
    return {**record, "LastUpdateTimestamp": later.isoformat(), **changes}


@pytest.fixture
def world(db: None) -> World:
    return a_world()


@pytest.fixture
def world_apart(transactional_db: None) -> World:
    """The same, for tests whose threads have connections of their own."""
    return a_world()


def a_world() -> World:
    instance = Instance.objects.create(alias="acme", arn=ARN)
    stream = Stream.objects.create(instance=instance, kind="contact-records", name="acme-contact-records")
    lens = Stream.objects.create(instance=instance, kind="contact-lens", name="acme-contact-lens")
    return World(instance, Policy.objects.create(instance=instance), stream, lens)
