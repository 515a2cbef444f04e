"""The small world of the live tests."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count, islice
from typing import Any

from django.contrib.auth.models import Group
from django.db.transaction import atomic

from calls.models import Agent, Alert, Call, Case, Instance, Person, Team
from transcripts.models import Conversation, Segment
from transcripts.partitions import make_partitions

NUMBER = "+12025550142"
_ids = count(1)


@dataclass
class Room:
    instance: Instance
    alice: Person
    bob: Person
    charlie: Person

    @classmethod
    def open(cls) -> Room:
        arn = "arn:aws:connect:us-east-1:123456789012:instance/aaaaaaaa-bbbb-cccc-dddd-111111111111"
        room = cls(
            Instance.objects.create(alias="acme", arn=arn),
            *(Person.objects.create_user(name) for name in ("alice", "bob", "charlie")),
        )
        room.team("Billing", room.alice)
        room.team("Sales", room.bob)
        return room

    def team(self, queue: str, *members: Person) -> Team:
        team = Team.objects.create(name=queue, instance=self.instance, queues=[queue])
        team.members.set(members)
        for person in members:
            person.groups.set([Group.objects.get_or_create(name="team lead")[0]])  # truncated with the tables
        return team

    @atomic
    def call(self, queue: str = "Billing", *, words: str = "", **fields: Any) -> Call:
        """A live call."""
        now = datetime.now(UTC)
        contact_id = f"contact-{next(_ids)}"
        call = Call.objects.create(
            instance=self.instance, contact_id=contact_id, root_contact_id=contact_id, queue_name=queue,
            is_live=True, first_heard_at=now, last_heard_at=now, caller_address=NUMBER, **fields,
        )  # fmt: skip
        Conversation.objects.create(call=call, mood="NEGATIVE", trend=[[0, "t1", -1]])
        if words:
            self.say(call, "t0", words)
        call.refresh_from_db()
        return call

    @atomic
    def calls(self, number: int, queue: str = "Billing") -> list[int]:
        """Many live calls at once, those that began first before."""
        now = datetime.now(UTC)
        made = Call.objects.bulk_create(
            Call(
                instance=self.instance, contact_id=f"contact-{n}", root_contact_id=f"contact-{n}", queue_name=queue,
                is_live=True, first_heard_at=now, last_heard_at=now, caller_address=NUMBER,
            )
            for n in islice(_ids, number)
        )  # fmt: skip
        Conversation.objects.bulk_create(Conversation(call=call) for call in made)
        return [call.pk for call in made]

    def moods(self, calls: Collection[int], mood: str) -> None:
        Conversation.objects.filter(call__in=calls).update(mood=mood)

    def agent(self, username: str, **fields: Any) -> Agent:
        """One who is signed in, and free."""
        told = {"status": "Available", "status_type": "ROUTABLE", "is_signed_in": True}
        return Agent.objects.create(instance=self.instance, arn=username, username=username, **told | fields)

    def change(self, call: Call, **fields: Any) -> None:
        Call.objects.filter(pk=call.pk).update(**fields)
        call.refresh_from_db()

    @atomic
    def say(self, call: Call, turn_id: str, words: str, *, is_gone: bool = False) -> None:
        """As the writer does it: the call counted up, the turn under its number."""
        self.change(call, last_heard_at=datetime.now(UTC))
        make_partitions([call.filed_on])
        turn = {
            "number": call.number, "kind": "turn", "role": "CUSTOMER", "participant_id": "c", "display_name": "",
            "content": words, "is_partial": False, "is_redacted": False, "is_gone": is_gone, "begin_ms": 100,
            "end_ms": 900,
        }  # fmt: skip
        key = {"filed_on": call.filed_on, "call_id": call.pk, "turn_id": turn_id}
        if not Segment.objects.filter(**key).update(**turn):
            Segment.objects.create(**key, **turn)

    @atomic
    def say_much(self, call: Call, turns: int) -> None:
        self.say(call, "t0", "words")
        first = Segment.objects.get(call_id=call.pk, turn_id="t0")
        others = range(1, turns)
        Segment.objects.bulk_create(Segment(**{**_fields(first), "turn_id": f"t{n}"}) for n in others)

    @atomic
    def drop(self, call: Call) -> tuple[Case, Alert]:
        case = Case.objects.create(
            instance=self.instance, key=f"{self.instance.pk}:{call.contact_id}", cause="abandoned",
            phone=NUMBER, last_drop_at=datetime.now(UTC),
        )  # fmt: skip
        self.change(call, is_live=False, ended_at=datetime.now(UTC), outcome="abandoned", case=case)
        return case, Alert.objects.create(call=call)


def _fields(turn: Segment) -> dict[str, Any]:
    return {field.attname: getattr(turn, field.attname) for field in turn._meta.concrete_fields}
