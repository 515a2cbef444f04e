"""How far each socket was told, and which are told the very same next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from calls.scope import Scope

from .viewer import Viewer
from .watches import PAGES, Watch

Numbers = frozenset[tuple[int, int]]  # of calls: up to which their turns were told
Owed = frozenset[tuple[str, frozenset[int]]]  # by slot of a list, or kind of a page: rows that are still to be told


@dataclass(frozen=True)
class Joining:
    """What a page says of itself that comes, or comes back."""

    cursor: str
    epoch: str
    shown: frozenset[str]
    numbers: Numbers

    @classmethod
    def of(cls, viewer: Viewer) -> Joining:
        hello = viewer.hello
        return cls(hello.cursor, hello.epoch, frozenset(hello.shown), _known(viewer.untold))


@dataclass(frozen=True)
class Told:
    """All that transactions before `cursor` wrote was told.

    It stays while a row is owed, so that whoever is cut meanwhile and comes back from there is told of it.
    """

    cursor: int
    numbers: Numbers = frozenset()
    owed: Owed = frozenset()

    def turned_to(self, calls: Mapping[int, int | None]) -> Told:
        """These calls are shown from now on, each as far as its number; None: nothing old is to be told."""
        others = frozenset((pk, number) for pk, number in self.numbers if pk not in calls)
        owed = dict(self.owed)
        owed["call"] = owed.get("call", frozenset()).union(calls)
        return Told(self.cursor, others | _known(calls), frozenset(owed.items()))


@dataclass(eq=False)
class Audience:
    """Sockets of one scope that watch the same and were told as far as each other."""

    scope: Scope
    watches: frozenset[Watch]
    came: Told | Joining
    is_reading: bool  # else it is told nothing, and owed all
    viewers: list[Viewer] = field(default_factory=list)
    frames: list[str] = field(default_factory=list)
    lost: set[int] = field(default_factory=set)  # calls beside the lists that it may not see, or no longer
    is_reloading: bool = False
    cursor: int = 0  # from which a browser that is cut now comes back

    def __post_init__(self) -> None:
        self.lists = {watch.name for watch in self.watches if watch.pk is None}
        self.calls, self.marks, self.cases = (self._pks(name) for name in ("call", "marks", "case"))
        self.numbers = {pk: number for pk, number in self.came.numbers if pk in self.calls}
        self.owed: dict[str, frozenset[int]] = {} if isinstance(self.came, Joining) else dict(self.came.owed)

    @property
    def is_joining(self) -> bool:
        return isinstance(self.came, Joining)

    def pks(self, kind: str) -> set[int]:
        """Of this kind, on pages of their own and in panes beside the lists."""
        return {watch.pk for watch in self.watches if watch.pk is not None and PAGES[watch.name] == kind}

    def _pks(self, name: str) -> set[int]:
        return {watch.pk for watch in self.watches if watch.name == name and watch.pk is not None}

    def owes(self, name: str) -> frozenset[int]:
        return self.owed.get(name, frozenset())

    def told(self) -> Told:
        owed = frozenset((name, pks) for name, pks in self.owed.items() if pks)
        return Told(self.cursor, frozenset(self.numbers.items()), owed)


def gathered(viewers: Iterable[Viewer], told: Mapping[Viewer, Told]) -> list[Audience]:
    audiences: dict[tuple[Scope, frozenset[Watch], Told | Joining, bool], Audience] = {}
    for viewer in viewers:
        key = (viewer.scope, viewer.watches, _came(viewer, told.get(viewer)), viewer.is_reading)
        if key not in audiences:
            audiences[key] = Audience(*key)
        audiences[key].viewers.append(viewer)
    return list(audiences.values())


def _came(viewer: Viewer, told: Told | None) -> Told | Joining:
    if told is None:
        return Joining.of(viewer)
    return told.turned_to(viewer.untold) if viewer.untold else told


def _known(numbers: Mapping[int, int | None]) -> Numbers:
    return frozenset((pk, number) for pk, number in numbers.items() if number is not None)
