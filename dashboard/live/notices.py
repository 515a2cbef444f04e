"""What is wrong with the intake, for whoever has a page open: to mend it, or to know what may be missing there."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import TypedDict

from django.template.loader import render_to_string

from calls.alarms import Alarm, alarms
from calls.scope import Scope

from . import frames

# What people miss on their pages by them; the others are for those who look after the intake.
SEEN_BY_ALL = frozenset({"stopped", "stopped-by-hand", "never-read", "behind", "gap"})


class Notice(TypedDict):
    alarms: list[Alarm]
    may_act: bool


@dataclass(frozen=True)
class Reader:
    """People who are told the same. An admin looks after every instance, whatever the teams."""

    instances: frozenset[int] | None  # None: all
    may_act: bool

    @classmethod
    def of(cls, scope: Scope, rights: frozenset[str]) -> Reader:
        is_all = scope.is_all or "setup" in rights
        instances = frozenset(reach.instance_id for reach in scope.watched | scope.worked)
        return cls(None if is_all else instances, "intake" in rights)

    def is_told(self, alarm: Alarm) -> bool:
        if alarm.stream is None:
            return self.may_act
        is_theirs = self.instances is None or alarm.stream.instance_id in self.instances
        return is_theirs and (self.may_act or alarm.kind in SEEN_BY_ALL)

    def notice(self, found: Iterable[Alarm]) -> Notice:
        return {"alarms": [alarm for alarm in found if self.is_told(alarm)], "may_act": self.may_act}


def notices(readers: Collection[Reader]) -> dict[Reader, str]:
    """The frame for each kind of reader: an empty notice too, so that one that is over goes."""
    found = alarms()
    return {
        reader: frames.place("notice", render_to_string("live/notice.html", dict(reader.notice(found))).strip())
        for reader in readers
    }
