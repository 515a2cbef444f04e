"""What a page may ask to watch, and who may."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.sessions.models import Session as StoredSession
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


class Session(NamedTuple):
    """What a socket came with. The hash is of the password's, so that a new password ends the sessions of the old."""

    key: str
    hash: str

    @classmethod
    def of(cls, session: Any) -> Session:
        return cls(session.session_key, session.get(HASH_SESSION_KEY, ""))


class Standing(NamedTuple):
    """What somebody sees and may do, and by which hashes sessions are his or hers."""

    scope: Scope
    rights: frozenset[str] = frozenset()
    session_hashes: frozenset[str] = frozenset()

    @classmethod
    def of(cls, person: Person, scope: Scope) -> Standing:
        hashes = frozenset({person.get_session_auth_hash(), *person.get_session_auth_fallback_hash()})
        return cls(scope, rights_of(person), hashes)


def heard(text: str | None) -> Hello | Ack:
    """A browser's message; RefusedError if it is none."""
    try:
        fields = msgspec.json.decode(text or "", type=dict[str, Any])
        return msgspec.convert(fields, Ack) if "ack" in fields else msgspec.convert(fields, Hello)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        raise RefusedError(NOT_UNDERSTOOD) from None


def admit(person: Person | AnonymousUser, hello: Hello) -> tuple[Standing, frozenset[Watch]]:
    """How the person stands, and what is to be watched; RefusedError where a watch is not for this person."""
    if not isinstance(person, Person):
        raise RefusedError(NOBODY)
    if not 0 < len(hello.watch) <= MOST_WATCHES:
        raise RefusedError(NOT_UNDERSTOOD)
    watches = frozenset(Watch.parse(text) for text in hello.watch)
    standing = Standing.of(person, Scope.of(person))
    for watch in watches:
        if not watch.is_granted(standing.rights):
            raise RefusedError(NOT_FOR_YOU)
        if watch.pk is not None and not _sees(standing.scope, watch.name, watch.pk):
            raise RefusedError(NOT_FOUND)
    return standing, watches


def _sees(scope: Scope, name: str, pk: int) -> bool:
    return PAGES[name].objects.visible_in(scope).filter(pk=pk).exists()


def sessions_that_last(keys: Collection[str]) -> set[str]:
    """A socket outlives the cookie it came with: whoever signs out in one tab leaves others open."""
    return set(
        StoredSession.objects.filter(session_key__in=keys, expire_date__gt=Now()).values_list("session_key", flat=True)
    )


def looked_at_again(person_ids: Collection[int]) -> dict[int, Standing]:
    """How these people stand by now, in the same few statements for all; whoever is gone may do and see nothing."""
    people = Person.objects.filter(is_active=True).prefetch_related("groups").in_bulk(person_ids)
    return {
        pk: Standing.of(people[pk], scope) if pk in people else Standing(scope)
        for pk, scope in scopes_of(person_ids).items()
    }
