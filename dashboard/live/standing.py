"""Who looks, and what he, she or it may: asked when a socket comes, and again for all of them every two seconds."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.models import Session as StoredSession
from django.db.models.functions import Now

from calls.models import Person, ScreenLink
from calls.rights import rights_of
from calls.scope import Scope, scopes_of

from .messages import NOBODY, REVOKED

LONGEST_KEY = 40  # characters, of the column


class Session(NamedTuple):
    """What a socket came with: a person's session, or a screen's.

    The hash is of the person's password, so that a new password ends the sessions of the old.
    """

    key: str
    person_id: int | None = None
    hash: str = ""
    screen_id: int | None = None

    @classmethod
    def of(cls, key: str, told: Mapping[str, Any]) -> Session:
        if SESSION_KEY in told and BACKEND_SESSION_KEY in told:
            return cls(key, int(told[SESSION_KEY]), told.get(HASH_SESSION_KEY, ""))
        return cls(key, screen_id=told.get("screen"))

    @property
    def code_when_over(self) -> int:
        return NOBODY if self.screen_id is None else REVOKED


class Standing(NamedTuple):
    """What somebody sees and may do."""

    scope: Scope
    rights: frozenset[str] = frozenset()
    time_zone: str = "UTC"


def is_key(cookie: str) -> bool:
    """Whether there can be such a session; a quoted cookie may hold any character, also one that no database takes."""
    return cookie.isascii() and cookie.isalnum() and len(cookie) <= LONGEST_KEY


def sessions(keys: Collection[str]) -> dict[str, Session]:
    """Of the cookies that browsers came with: the sessions that last."""
    stored = StoredSession.objects.filter(session_key__in=keys, expire_date__gt=Now())
    return {each.session_key: Session.of(each.session_key, each.get_decoded()) for each in stored}


def sessions_that_last(keys: Collection[str]) -> set[str]:
    """A socket outlives the cookie it came with: whoever signs out in one tab leaves others open."""
    return set(
        StoredSession.objects.filter(session_key__in=keys, expire_date__gt=Now()).values_list("session_key", flat=True)
    )


def standings(of: Collection[Session]) -> dict[Session, Standing]:
    """How each stands by now, in the same few statements for all; absent are those whose session is over."""
    lasting = sessions_that_last({session.key for session in of})
    held = [session for session in of if session.key in lasting]
    people = _of_people([session for session in held if session.person_id is not None])
    return people | _of_screens([session for session in held if session.screen_id is not None])


def _of_people(held: Collection[Session]) -> dict[Session, Standing]:
    ids = {session.person_id for session in held if session.person_id is not None}
    people = Person.objects.filter(is_active=True).prefetch_related("groups").in_bulk(ids)
    standing = {pk: _of_person(people[pk], scope) for pk, scope in scopes_of(people).items()} if people else {}
    hashes = {pk: _hashes(person) for pk, person in people.items()}
    return {
        session: standing[pk]
        for session in held
        if (pk := session.person_id) in standing and session.hash in hashes[pk]
    }


def _of_person(person: Person, scope: Scope) -> Standing:
    return Standing(scope, rights_of(person), person.time_zone)


def _hashes(person: Person) -> set[str]:
    """By which sessions are this person's."""
    return {person.get_session_auth_hash(), *person.get_session_auth_fallback_hash()}


def _of_screens(held: Collection[Session]) -> dict[Session, Standing]:
    ids = {session.screen_id for session in held}
    screens = ScreenLink.objects.valid().select_related("team").in_bulk(ids) if ids else {}
    if screens:
        ScreenLink.objects.filter(pk__in=screens).note_seen()
    standing = {pk: Standing(screen.scope, screen.rights) for pk, screen in screens.items()}
    return {session: standing[pk] for session in held if (pk := session.screen_id) in standing}
