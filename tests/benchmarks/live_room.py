"""The room of `make bench-live`: calls in progress, one team that sees them all, and its supervisors, signed in."""

from __future__ import annotations

import itertools
import json
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import Group
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection

from calls.models import Call, Instance, Person, Team
from calls.models.xid import epoch, horizon
from calls.nudges import nudge
from dashboard.live.limits import MOST_SOCKETS
from transcripts.models import Conversation

ARN = "arn:aws:connect:us-east-1:123456789012:instance/aaaaaaaa-bbbb-cccc-dddd-111111111111"


@dataclass
class Room:
    calls: list[Call]
    cookies: list[str]
    _turns: itertools.cycle[Call] = field(init=False)

    def __post_init__(self) -> None:
        self._turns = itertools.cycle(self.calls)

    @classmethod
    def open(cls, calls: int, sockets: int) -> Room:
        """With as many people as the sockets need, at so many sockets for each as one person may have."""
        instance = Instance.objects.create(alias="acme", arn=ARN)
        team = Team.objects.create(name="All", instance=instance, all_queues=True)
        supervisor, _ = Group.objects.get_or_create(name="supervisor")
        people = [Person.objects.create(username=f"super{n:03}") for n in range(sockets // MOST_SOCKETS + 1)]
        for person in people:
            person.groups.add(supervisor)
        team.members.set(people)
        return cls([_call(instance, n) for n in range(calls)], [_cookie(person) for person in people])

    def headers(self, n: int) -> dict[str, str]:
        return {"Cookie": f"{settings.SESSION_COOKIE_NAME}={self.cookies[n % len(self.cookies)]}"}

    def hello(self) -> bytes:
        """As of a page that was rendered now."""
        shown = [f"call-{call.pk}" for call in self.calls[:100]]
        told = {"watch": ["wall", "alerts"], "cursor": str(horizon()), "epoch": epoch(), "shown": shown}
        return json.dumps(told).encode()

    def change(self) -> None:
        """One row, with the moment in it, and the hint that follows the commit."""
        call = next(self._turns)
        Call.objects.filter(pk=call.pk).update(agent_username=f"sent-at-{time.time_ns()}")
        nudge([(call.pk, call.number)])

    def transactions(self) -> int:
        """Of the whole database, ours included."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = current_database()"
            )
            return int(cursor.fetchone()[0])


def _call(instance: Instance, n: int) -> Call:
    now, contact_id = datetime.now(UTC), f"contact-{n}"
    call = Call.objects.create(
        instance=instance, contact_id=contact_id, root_contact_id=contact_id, queue_name="Billing", is_live=True,
        first_heard_at=now, last_heard_at=now, caller_address=f"+1202555{n % 10000:04}", stage="connected",
    )  # fmt: skip
    Conversation.objects.create(call=call, mood="NEGATIVE", trend=[[0, "t1", -1]])
    return call


def _cookie(person: Person) -> str:
    store = SessionStore()
    store[SESSION_KEY], store[HASH_SESSION_KEY] = str(person.pk), person.get_session_auth_hash()
    store[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    store.save()
    return str(store.session_key)
