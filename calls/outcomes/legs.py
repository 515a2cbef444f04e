"""Which legs of a call say something of one of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from heapq import nlargest

from calls.outcomes.evidence import Leg
from calls.outcomes.facts import order_of_end

# Legs that go on from one, the nearest: calls are passed on a few times.
MOST_LATER = 20


class Legs:
    """The legs of one call, in any number: what is kept of them with each is bounded, and found without a search."""

    def __init__(self, root_id: str, legs: Sequence[Leg]) -> None:
        self.legs = legs
        self.places = {leg.contact_id: place for place, leg in enumerate(legs)}
        self.naming: defaultdict[str | None, list[int]] = defaultdict(list)
        for place, leg in enumerate(legs):
            if leg.carries_on and len(self.naming[leg.previous_contact_id]) < MOST_LATER:
                self.naming[leg.previous_contact_id].append(place)
        tries = (leg for leg in legs if leg.initiation_method == "CALLBACK")
        # Two, because one may be the leg that asks: whether a later try came is seen from the last.
        last = nlargest(2, tries, key=lambda leg: (order_of_end(leg.ended_at), leg.contact_id))
        self.of_all = {*self._named(root_id), *(self.places[leg.contact_id] for leg in last)}

    def around(self, contact_id: str) -> tuple[Leg, ...]:
        """The first, the one before, those that go on from it, and the last tries to call back; in their order."""
        mine = self.places[contact_id]
        before = self._named(self.legs[mine].previous_contact_id)
        places = {*self.of_all, *before, *self._later(mine)} - {mine}
        return tuple(self.legs[place] for place in sorted(places))

    def _later(self, mine: int) -> list[int]:
        found = {mine: None}  # in order, the nearest first
        todo = [mine]
        while todo and len(found) <= MOST_LATER:
            todo = [place for near in todo for place in self._next(near) if place not in found]
            found |= dict.fromkeys(todo)
        return list(found)[: MOST_LATER + 1]

    def _next(self, place: int) -> Iterator[int]:
        leg = self.legs[place]
        yield from self._named(leg.next_contact_id)
        yield from self.naming.get(leg.contact_id, ())

    def _named(self, contact_id: str | None) -> list[int]:
        return [self.places[contact_id]] if contact_id in self.places else []
