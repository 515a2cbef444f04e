"""A page as a browser holds it: what the server rendered, and what frames made of it, placed as slots.js does."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

from calls.models import Alert, Call, Case, Person
from calls.models.xid import epoch, horizon
from calls.rights import rights_of
from calls.scope import Scope
from dashboard.live.messages import Hello, Panes
from dashboard.live.outgoing import Event, Outgoing, Sent
from dashboard.live.standing import Session, Standing
from dashboard.live.viewer import Viewer
from dashboard.live.watches import Watch
from transcripts.models import Segment

CARRIED = 20  # rows of the long list that the page came with
LISTS = ("wall", "alerts", "cases")
ELEMENT = re.compile(r'<\w+[^>]*?\bid="([^"]+)"')
NUMBER = re.compile(r'data-number="(\d+)"')

Slot = dict[str, int]  # ids of elements, with their numbers


@dataclass(eq=False)
class Page:
    person: Person
    panes: set[int] = field(default_factory=set)
    slots: dict[str, Slot] = field(default_factory=dict)
    coming: list[list[str]] = field(default_factory=list)  # messages on their way
    left: int = 0

    def fetch(self) -> None:
        """As the views do: the cursor first, then the rows."""
        self.cursor, self.epoch, self.coming = str(horizon()), epoch(), []
        self.slots = shown_to(self.person)
        self.slots["calls"] = dict(list(self.slots["calls"].items())[:CARRIED])
        for pk in self.panes:
            self.fetch_pane(pk)

    def fetch_pane(self, pk: int) -> None:
        self.slots[f"turns:{pk}"] = turns_of(pk) if Call.objects.visible_to(self.person).filter(pk=pk) else {}

    def join(self) -> None:
        """Comes, or comes back: the socket says what the page holds."""
        shown = [element_id for slot in ("calls", "alerts", "cases") for element_id in self.slots[slot]]
        hello = Hello(list(LISTS), self.cursor, self.epoch, shown)
        standing = Standing(Scope.of(self.person), rights_of(self.person))
        watches = frozenset(Watch(name) for name in LISTS)
        self.coming = []
        self.viewer = Viewer(Session("", self.person.pk), standing, watches, hello, Outgoing(nowhere))
        self.viewer.turning = Panes(self.numbers())

    def turn_to(self, *pks: int) -> None:
        """Panes that were open stay as they are; others are fetched."""
        for pk in self.panes.difference(pks):
            del self.slots[f"turns:{pk}"]
        for pk in set(pks) - self.panes:
            self.fetch_pane(pk)
        self.panes = set(pks)
        self.viewer.turning = Panes(self.numbers())

    def numbers(self) -> dict[int, int | None]:
        """Up to which each pane's turns are shown; one that shows none lacks all."""
        return {pk: max(self.slots[f"turns:{pk}"].values(), default=0) for pk in self.panes}

    def stop_reading(self) -> None:
        self.viewer.outgoing.sent = Sent(10**6, 0)

    def read_on(self) -> None:
        self.viewer.outgoing.sent = Sent()

    def take(self, messages: int) -> None:
        """So many of the messages that come, in their order."""
        for _ in range(min(messages, len(self.coming))):
            for frame in map(json.loads, self.coming.pop(0)):
                if frame["type"] == "reload":
                    self.fetch()
                    self.join()
                    return
                self._apply(frame)

    def _apply(self, frame: dict[str, Any]) -> None:
        if frame["type"] == "place" and frame["slot"] in self.slots:
            self._place(self.slots[frame["slot"]], frame["html"])
        elif frame["type"] == "gone" and frame["slot"].startswith("call:"):
            pk = int(frame["slot"].partition(":")[2])
            self.panes.discard(pk)
            self.slots.pop(f"turns:{pk}", None)
        elif frame["type"] == "gone" and frame["slot"] in self.slots:
            self.slots[frame["slot"]].pop(frame["id"], None)
        elif frame["type"] == "rest" and frame["slot"] == "calls":
            self.left = frame["left"]
        elif frame["type"] == "beat":
            self.cursor = frame["cursor"]

    @staticmethod
    def _place(slot: Slot, html: str) -> None:
        element_id, number = ELEMENT.search(html), NUMBER.search(html)
        assert element_id
        fresh = int(number[1]) if number else 0
        if slot.get(element_id[1], 0) <= fresh:
            slot[element_id[1]] = fresh


def shown_to(person: Person) -> dict[str, Slot]:
    """What the lists hold, by the database."""
    calls = Call.objects.visible_to(person).in_progress().order_by("pk").values_list("pk", "number")
    alerts = Alert.objects.visible_to(person).unseen().values_list("pk", flat=True)
    cases = Case.objects.visible_to(person).open().values_list("pk", flat=True)
    return {
        "calls": {f"call-{pk}": number for pk, number in calls},
        "alerts": {f"alert-{pk}": 0 for pk in alerts},
        "cases": {f"case-{pk}": 0 for pk in cases},
    }


def turns_of(pk: int) -> Slot:
    turns = Segment.objects.filter(call_id=pk, is_gone=False).values_list("turn_id", "number")
    return {f"turn-{pk}-{turn_id}": number for turn_id, number in turns}


async def nowhere(event: Event) -> None:
    pass
