"""Which streams tell what of the instances that somebody sees: what no stream tells, no figure may count."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.db.models import Max

from calls.models import Instance, Policy, Shard, Stream
from calls.scope import Scope

KIND = Stream.Kind
SERVICE_LEVEL_S = Policy._meta.get_field("service_level_s").default


class Told(NamedTuple):
    """What one instance tells."""

    alias: str
    kinds: frozenset[str]
    is_asked: bool  # for its queues' figures, by GetCurrentMetricData
    service_level_s: int


@dataclass(frozen=True)
class Sources:
    instances: dict[int, Told]
    has_team: bool

    @classmethod
    def of(cls, scope: Scope) -> Sources:
        reached = {reach.instance_id for reach in scope.watched | scope.worked}
        instances = Instance.objects.all() if scope.is_all else Instance.objects.filter(pk__in=reached)
        kinds: dict[int, set[str]] = defaultdict(set)
        told = {}
        asked = ("pk", "alias", "streams__kind", "current_metrics", "policy__service_level_s")
        for pk, alias, kind, is_asked, within_s in instances.values_list(*asked).distinct():
            kinds[pk].add(kind)
            told[pk] = Told(alias, frozenset(kinds[pk]), is_asked, within_s or SERVICE_LEVEL_S)
        return cls(told, scope.is_all or bool(told))

    @property
    def kinds(self) -> frozenset[str]:
        return frozenset().union(*(each.kinds for each in self.instances.values()))

    def knowing(self, *kinds: str) -> frozenset[int]:
        """The instances of which a stream of one of these kinds tells."""
        return frozenset(pk for pk, each in self.instances.items() if each.kinds.intersection(kinds))

    @property
    def asked(self) -> frozenset[int]:
        """Those whose queues are known by asking alone: where events are streamed, they know better."""
        evented = self.knowing(KIND.CONTACT_EVENTS)
        return frozenset(pk for pk, each in self.instances.items() if each.is_asked and pk not in evented)

    def told_by(self, *kinds: str) -> str:
        """Who says so: "by contact events and agent events", and of which instances nobody does."""
        words = [f"{kind.replace('-', ' ')}" for kind in kinds if kind in self.kinds]
        silent = self.instances.keys() - self.knowing(*kinds)
        return f"by {' and '.join(words)}{self._not_told(silent)}" if words else ""

    def _not_told(self, pks: Iterable[int]) -> str:
        names = sorted(self.instances[pk].alias for pk in pks)
        return f"; not told of {', '.join(names)}" if names else ""

    def needs(self, *kinds: str) -> str:
        """What to add where nobody knows: "needs a contact-events stream"."""
        if not self.has_team:
            return "no team yet"
        return "" if self.knowing(*kinds) else f"needs {_article(kinds[0])} {' or '.join(kinds)} stream"

    def up_to(self) -> datetime | None:
        """The newest record of those that are known by their records alone: later than that nobody can say.

        None where events are streamed of all, and where no record was read yet.
        """
        alone = self.knowing(KIND.CONTACT_RECORDS) - self.knowing(KIND.CONTACT_EVENTS)
        if not alone:
            return None
        records = Shard.objects.filter(stream__kind=KIND.CONTACT_RECORDS, stream__instance__in=alone)
        newest = records.values("stream").annotate(at=Max("newest_at")).values_list("at", flat=True)
        return min((at for at in newest if at), default=None)


def _article(kind: str) -> str:
    return "an" if kind[0] in "aeiou" else "a"
