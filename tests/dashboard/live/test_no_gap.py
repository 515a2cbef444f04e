"""Whatever happens to its socket, a page comes to show what the database holds: tried with many stories at random."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from random import Random

import psycopg
import pytest
from django.db import connection

from calls.models import Alert, Call, Case
from dashboard.live import frames
from dashboard.live.look import Memory, look

from .page import Page, shown_to, turns_of
from .room import Room

QUEUES = ("Billing", "Sales")
CALLS = 130  # more than a chunk of the rest
STEPS = 15  # then all come to rest, before what follows covers up what was missed
CUTS_AT_LEAST = 20  # in each of the stories: a hundred in all


@pytest.fixture
def other() -> Iterator[psycopg.Connection]:
    """Another process that writes."""
    with psycopg.connect(**{**connection.get_connection_params(), "cursor_factory": psycopg.Cursor}) as other:
        yield other


class Story:
    """Calls, turns, drops, cases and alerts; sockets that are cut, sleep, and turn to other calls; restored backups."""

    def __init__(self, room: Room, other: psycopg.Connection, seed: int) -> None:
        self.room, self.other, self.random = room, other, Random(seed)  # noqa: S311
        self.memory, self.cuts = Memory(), 0
        self.late: set[int] = set()  # calls that the other process holds
        for _ in range(CALLS):
            room.call(self.random.choice(QUEUES))
        self.pages = [Page(person) for person in (room.alice, room.alice, room.bob)]
        for page in self.pages:
            page.fetch()
            page.join()

    def go_on(self) -> None:
        deeds = (
            *(self._call, self._change, self._change, self._say, self._say, self._end, self._move, self._drop),
            *(self._see_to, self._case, self._late, self._commit, self._look, self._look, self._look, self._take),
            *(self._take, self._cut, self._cut, self._cut, self._turn, self._sleep, self._wake, self._restore),
        )
        self.random.choice(deeds)()

    # What happens in the contact centre

    def _call(self) -> None:
        for _ in range(self.random.randint(1, 5)):
            self.room.call(self.random.choice(QUEUES))

    def _change(self) -> None:
        live = Call.objects.in_progress().exclude(pk__in=self.late).values_list("pk", flat=True)
        some = self.random.sample(list(live), min(len(live), self.random.choice((1, 5, 40))))
        Call.objects.filter(pk__in=some).update(holds=self.random.randint(0, 9))

    def _say(self) -> None:
        is_gone = self.random.random() < 0.2
        self.room.say(self._any(), f"t{self.random.randint(1, 4)}", "words", is_gone=is_gone)

    def _end(self) -> None:
        self.room.change(self._any(), is_live=False)

    def _move(self) -> None:
        self.room.change(self._any(), queue_name=self.random.choice(QUEUES))

    def _drop(self) -> None:
        self.room.drop(self._any())

    def _see_to(self) -> None:
        for alert in Alert.objects.unseen()[:1]:
            alert.acknowledge(self.room.alice)

    def _case(self) -> None:
        for case in Case.objects.open().order_by("?")[:1]:
            case.take(self.room.alice) if case.owner is None else case.close(case.owner, "reached")

    def _late(self) -> None:
        """Written now, and committed when others have been for long."""
        call = self._any()
        self.other.execute("UPDATE calls_call SET holds = holds + 1 WHERE id = %s", [call.pk])
        self.late.add(call.pk)

    def _commit(self) -> None:
        self.other.commit()
        self.late.clear()

    def _any(self) -> Call:
        calls = Call.objects.in_progress().exclude(pk__in=self.late).order_by("pk")
        return calls[self.random.randrange(len(calls))]

    # What happens on the way to the pages

    def _look(self) -> None:
        for page in self.pages:
            page.viewer.turn()
        sight = look([page.viewer for page in self.pages], self.memory)
        self.memory = sight.memory
        for audience in sight.audiences:
            beat = frames.beat(0, sight.now, None, None, audience.cursor)
            for page in self.pages:
                if page.viewer in audience.viewers:
                    page.coming.append([*audience.frames, beat])
                    page.viewer.untold = {}
                    page.viewer.lose(audience.lost)

    def _take(self) -> None:
        self._page().take(self.random.randint(1, 3))

    def _cut(self) -> None:
        """What was on its way is lost."""
        page = self._page()
        page.take(self.random.randint(0, 2))
        page.join()
        self.cuts += 1

    def _turn(self) -> None:
        calls = list(Call.objects.in_progress().order_by("?").values_list("pk", flat=True)[: self.random.randint(0, 4)])
        self._page().turn_to(*calls)

    def _sleep(self) -> None:
        self._page().stop_reading()

    def _wake(self) -> None:
        self._page().read_on()

    def _restore(self) -> None:
        """The feed finds another database than the one it knew."""
        if self.random.random() < 0.2:
            self.memory = replace(self.memory, epoch="of another database")

    def _page(self) -> Page:
        return self.random.choice(self.pages)

    # The end

    def come_to_rest(self) -> None:
        self._commit()
        for page in self.pages:
            page.read_on()
        for _ in range(12):
            self._look()
            for page in self.pages:
                page.take(len(page.coming))


@pytest.mark.parametrize("seed", range(5))
def test_a_page_shows_what_the_database_holds_whatever_happened_to_its_socket(
    room: Room, other: psycopg.Connection, seed: int
) -> None:
    story = Story(room, other, seed)
    while story.cuts < CUTS_AT_LEAST:
        for _ in range(STEPS):
            story.go_on()
        story.come_to_rest()
        for page in story.pages:
            panes = {f"turns:{pk}": turns_of(pk) for pk in page.panes}
            assert page.slots == {**shown_to(page.person), **panes}
            assert page.left == 0
