from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from calls.models import Person
from calls.rights import rights_of
from calls.scope import Scope

from .day import midnight


@dataclass(frozen=True)
class Looker:
    """Who looks at the figures, as far as they hang on it: for equal lookers they are counted once."""

    scope: Scope
    sees_cases: bool = False
    time_zone: str = "UTC"

    @classmethod
    def of(cls, scope: Scope, rights: Collection[str], time_zone: str) -> Looker:
        return cls(scope, "cases" in rights, time_zone)

    @classmethod
    def of_person(cls, person: Person) -> Looker:
        return cls.of(Scope.of(person), rights_of(person), person.time_zone)

    @property
    def midnight(self) -> datetime:
        return midnight(self.time_zone)
