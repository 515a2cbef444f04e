"""What a page may ask to watch, and who may."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec
from django.contrib.sessions.models import Session
from django.db.models.functions import Now

from calls.models import Call, Case, Person
from calls.rights import rights_of
from calls.scope import Scope, scopes_of

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

NEEDS = {"wall": "wall", "alerts": "acknowledge", "cases": "cases", "call": "calls", "case": "cases"}
PAGES: dict[str, type[Call] | type[Case]] = {"call": Call, "case": Case}
MOST_WATCHES = 8

NOT_UNDERSTOOD, NOBODY, NOT_FOR_YOU, NOT_FOUND, TOO_SLOW = 4400, 4401, 4403, 4404, 4408


class RefusedError(Exception):
    def __init__(self, code: int) -> None:
        super().__init__(f"closed with {code}")
        self.code = code


class Hello(msgspec.Struct):
    """A browser's first message. `shown` are the ids of the elements in its lists, to be told which went meanwhile."""

    watch: list[str]
    cursor: str = ""
    epoch: str = ""
    number: int | None = None
    shown: list[str] = []


class Ack(msgspec.Struct):
    ack: int


@dataclass(frozen=True)
class Watch:
    name: str
    pk: int | None = None

    @classmethod
    def parse(cls, text: str) -> Watch:
        name, colon, pk = text.partition(":")
        is_page = name in PAGES and colon and pk.isascii() and pk.isdigit() and len(pk) < 19
        if not is_page and (name not in NEEDS or name in PAGES or colon):
            raise RefusedError(NOT_UNDERSTOOD)
        return cls(name, int(pk) if is_page else None)

    def is_granted(self, rights: frozenset[str]) -> bool:
        return NEEDS[self.name] in rights


def heard(text: str | None) -> Hello | Ack:
    """A browser's message; RefusedError if it is none."""
    try:
        fields = msgspec.json.decode(text or "", type=dict[str, Any])
        return msgspec.convert(fields, Ack) if "ack" in fields else msgspec.convert(fields, Hello)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        raise RefusedError(NOT_UNDERSTOOD) from None


def admit(person: Person | AnonymousUser, hello: Hello) -> tuple[Scope, frozenset[Watch]]:
    """The person's scope and what is to be watched; RefusedError where one of the watches is not for this person."""
    if not isinstance(person, Person):
        raise RefusedError(NOBODY)
    if not 0 < len(hello.watch) <= MOST_WATCHES:
        raise RefusedError(NOT_UNDERSTOOD)
    watches = frozenset(Watch.parse(text) for text in hello.watch)
    rights, scope = rights_of(person), Scope.of(person)
    for watch in watches:
        if not watch.is_granted(rights):
            raise RefusedError(NOT_FOR_YOU)
        if watch.pk is not None and not PAGES[watch.name].objects.visible_in(scope).filter(pk=watch.pk).exists():
            raise RefusedError(NOT_FOUND)
    return scope, watches


def sessions_that_last(keys: Collection[str]) -> set[str]:
    """A socket outlives the cookie it came with: whoever signs out in one tab leaves others open."""
    return set(
        Session.objects.filter(session_key__in=keys, expire_date__gt=Now()).values_list("session_key", flat=True)
    )


def looked_at_again(person_ids: Collection[int]) -> dict[int, tuple[Scope, frozenset[str]]]:
    """What these people see and may do by now, in the same few statements for all; nothing for whoever is gone."""
    people = Person.objects.filter(pk__in=person_ids, is_active=True).prefetch_related("groups")
    rights = {person.pk: rights_of(person) for person in people}
    return {pk: (scope, rights.get(pk, frozenset())) for pk, scope in scopes_of(person_ids).items()}
