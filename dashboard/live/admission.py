"""Whom the room lets in: many at once in the same few statements, for all come back together when a server restarts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from calls.models import Call
from calls.models.xid import epoch, horizon
from calls.scope import Scope

from .messages import FROM_THE_FUTURE, NOBODY, NOT_FOR_YOU, NOT_FOUND, Hello, Panes, RefusedError
from .outgoing import Outgoing, Send
from .rows import visible
from .standing import Session, Standing, sessions, standings
from .viewer import Viewer
from .watches import PAGES, Watch


class Knock(NamedTuple):
    """Who comes, by the cookie, and wants to watch what."""

    cookie: str
    hello: Hello


class Admitted(NamedTuple):
    session: Session
    standing: Standing
    watches: frozenset[Watch]
    panes: Panes | None = None  # a look refuses them one by one, and the lists beside go on

    def viewer(self, hello: Hello, send: Send) -> Viewer:
        watched = {watch.pk for watch in self.watches if watch.name == "call"}
        untold = {pk: hello.numbers.get(pk) for pk in watched if pk is not None}
        return Viewer(self.session, self.standing, self.watches, hello, Outgoing(send), self.panes, untold=untold)


def admitted(knocks: Sequence[Knock]) -> list[Admitted | RefusedError]:
    """One answer for each, in their order."""
    held = sessions({knock.cookie for knock in knocks})
    known = standings(set(held.values()))
    answers = [_stood(knock.hello, held.get(knock.cookie), known) for knock in knocks]
    seen = Seen(answer for answer in answers if isinstance(answer, Admitted))
    return [_sighted(knock.hello, answer, seen) for knock, answer in zip(knocks, answers, strict=True)]


class Seen:
    """Which of the calls and cases that are asked for each scope sees; and what there is to know of by now."""

    def __init__(self, asking: Iterable[Admitted]) -> None:
        asked: dict[str, dict[Scope, set[int]]] = defaultdict(lambda: defaultdict(set))
        for each in asking:
            for watch in each.watches:
                if watch.pk is not None:
                    asked[PAGES[watch.name]][each.standing.scope].add(watch.pk)
        self._pks = {kind: visible(kind, set().union(*by.values()), by) for kind, by in asked.items()}
        calls = set().union(*asked["call"].values())
        self.numbers = dict(Call.objects.filter(pk__in=calls).values_list("pk", "number")) if calls else {}
        self.epoch, self.horizon = epoch(), horizon()

    def shows(self, scope: Scope, watch: Watch) -> bool:
        return watch.pk is None or watch.pk in self._pks[PAGES[watch.name]][scope]

    def is_from_the_future(self, hello: Hello) -> bool:
        """No page of this database can have got so far."""
        is_ahead = hello.cursor.isascii() and hello.cursor.isdigit() and int(hello.cursor) > self.horizon
        return (is_ahead and hello.epoch == self.epoch) or any(
            number > self.numbers.get(pk, number) for pk, number in hello.numbers.items()
        )


def _stood(hello: Hello, session: Session | None, known: Mapping[Session, Standing]) -> Admitted | RefusedError:
    if session is None or session not in known:
        return RefusedError(session.code_when_over if session else NOBODY)
    try:
        watches = frozenset(Watch.parse(text) for text in hello.watch)
    except RefusedError as refused:
        return refused
    if not all(watch.is_granted(known[session].rights) for watch in watches):
        return RefusedError(NOT_FOR_YOU)
    calls = frozenset(watch for watch in watches if PAGES.get(watch.name) == "call")
    if calls == watches:
        return Admitted(session, known[session], watches)
    panes = Panes({watch.pk: hello.numbers.get(watch.pk) for watch in calls if watch.pk is not None})
    return Admitted(session, known[session], watches - calls, panes)


def _sighted(hello: Hello, answer: Admitted | RefusedError, seen: Seen) -> Admitted | RefusedError:
    if isinstance(answer, RefusedError):
        return answer
    if not all(seen.shows(answer.standing.scope, watch) for watch in answer.watches):
        return RefusedError(NOT_FOUND)
    return RefusedError(FROM_THE_FUTURE) if seen.is_from_the_future(hello) else answer
