from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from calls.scope import Scope

from .frames import Message
from .messages import Hello, Panes
from .notices import Reader
from .outgoing import Outgoing
from .standing import Session, Standing
from .watches import PAGES, Watch

if TYPE_CHECKING:
    from .figures import Shown


@dataclass(eq=False, slots=True)
class Viewer:
    """One socket as the feed knows it: who looks at what, since when, and the messages on their way."""

    session: Session
    standing: Standing
    watches: frozenset[Watch]
    hello: Hello
    outgoing: Outgoing
    turning: Panes | None = None  # what was asked since the last look
    panes: frozenset[int] = frozenset()  # calls watched beside the lists
    # Calls that the next look tells of: up to which number their turns are shown; None: nothing old is told.
    untold: dict[int, int | None] = field(default_factory=dict)
    notice: str = ""  # of what is wrong with the intake, as it was told last
    figures: Shown | None = None  # as they were told last
    counted: object = None  # the count that this viewer was told of

    @property
    def scope(self) -> Scope:
        return self.standing.scope

    @property
    def rights(self) -> frozenset[str]:
        return self.standing.rights

    @property
    def time_zone(self) -> str:
        return self.standing.time_zone

    def turn(self) -> None:
        """To the calls that were asked for last. Not while a look goes on: it sees one state of each viewer."""
        if self.turning is None:
            return
        calls, self.turning = self.turning.calls, None
        # A pane that was closed and opened again in between was fetched anew: what it says counts, told or not.
        self.untold |= {pk: number for pk, number in calls.items() if number is not None or pk not in self.panes}
        self.panes = frozenset(calls)
        self.untold = {pk: number for pk, number in self.untold.items() if pk in self.panes}
        lists = frozenset(watch for watch in self.watches if PAGES.get(watch.name) != "call")
        asked = {Watch(name, pk) for name in ("call", "marks") for pk in self.panes}
        self.watches = lists | {watch for watch in asked if watch.is_granted(self.rights)}

    @property
    def is_reading(self) -> bool:
        """Nothing is read from the database, nor rendered, for one that stopped: it is told all of it once it reads."""
        return self.outgoing.is_reading

    def lose(self, panes: Collection[int]) -> None:
        """Calls that are not, or no longer, for this viewer."""
        self.panes -= frozenset(panes)
        self.watches = frozenset(
            watch for watch in self.watches if watch.pk not in panes or PAGES[watch.name] != "call"
        )

    def watches_list(self, name: str) -> bool:
        return Watch(name) in self.watches

    @property
    def watches_more_than_calls(self) -> bool:
        return any(PAGES.get(watch.name) != "call" for watch in self.watches)

    @property
    def reader(self) -> Reader:
        return Reader.of(self.scope, self.rights)

    def notice_news(self, notices: Mapping[Reader, str]) -> list[str]:
        """The frame of the notice if it is another than the last; whoever joined since they were read waits for it."""
        notice = notices.get(self.reader, self.notice)
        if notice == self.notice:
            return []
        self.notice = notice
        return [notice]

    def pks(self, name: str) -> set[int]:
        return {watch.pk for watch in self.watches if watch.name == name and watch.pk is not None}

    @property
    def is_closed(self) -> bool:
        return self.outgoing.is_closed

    def put(self, message: Message) -> None:
        self.outgoing.put(message)

    def close(self, code: int) -> None:
        self.outgoing.close(code)
