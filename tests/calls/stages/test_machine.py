"""One call's story told anyhow: in any order, in batches, again, with losses, and with time passing in between."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

import msgspec
import pytest
from django.db import transaction
from django.db.models import F
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from calls.connect.contact_event import decode
from calls.describing.contact import Described
from calls.describing.learning import learn
from calls.models import Alert, Call, Case
from calls.silence import SOURCE as SILENCE
from calls.stages.facts import Facts
from calls.stages.stage import stage_of
from calls.sweeps import sweep_calls
from tests.calls.stages.ending import AT, OPEN, ending, ending_of
from tests.calls.stages.story import ABANDONED, ANSWERED, Story
from tests.calls.world import ALICE, World

# Where a call nobody hears of any more is, is no fact.
UNSURE = ("is_silent", "is_live", "stage", "stage_since", "stage_source")
# The same examples each time, and slow machines are no failure.
BOUNDED = settings(
    deadline=None,
    derandomize=True,
    database=None,
    max_examples=20,
    stateful_step_count=25,
    suppress_health_check=list(HealthCheck),
)


class Telling(RuleBasedStateMachine):
    """Each example is in a transaction that leaves nothing behind."""

    def __init__(self, world: World, story: Story) -> None:
        super().__init__()
        self.world, self.story = world, [record for records in story.values() for record in records]
        self.streams = [kind for kind, records in story.items() for _ in records]
        self.told: list[str] = []  # by which of the streams
        self.coming: list[int] = []  # places in the story
        self.came: set[int] = set()
        self.is_number_told = self.was_over = False
        self.transaction = transaction.atomic()
        self.transaction.__enter__()

    @initialize(data=st.data())
    def it_is_told_by_all_streams_or_some(self, data: st.DataObject) -> None:
        streams = sorted(set(self.streams))
        self.told = data.draw(st.just(streams) | st.lists(st.sampled_from(streams), min_size=1))
        told = [place for place, stream in enumerate(self.streams) if stream in self.told]
        self.coming = data.draw(st.permutations(told))

    @precondition(lambda self: self.coming)
    @rule(count=st.integers(1, 4))
    def more_come(self, count: int) -> None:
        self.bring(self.coming[:count])

    @precondition(lambda self: self.came)
    @rule(data=st.data())
    def some_come_again(self, data: st.DataObject) -> None:
        self.bring(data.draw(st.lists(st.sampled_from(sorted(self.came)), min_size=1, max_size=4)))

    @precondition(lambda self: self.coming)
    @rule()
    def one_is_lost(self) -> None:
        self.coming.pop(0)

    @rule(minutes=st.sampled_from([0, 11]))
    def nothing_is_heard_for_a_while(self, minutes: int) -> None:
        self.wait(minutes)

    @precondition(lambda self: "contact-lens" not in self.told)
    @rule()
    def nothing_is_heard_for_so_long_that_it_must_have_ended(self) -> None:
        """Not where words may wake it again: they do not know whether it was on hold."""
        self.wait(31)

    @precondition(lambda self: not self.is_number_told and Call.objects.filter(record__isnull=True).exists())
    @rule()
    def its_number_is_told(self) -> None:
        """By DescribeContact, with what the first contact event tells."""
        learn(self.world.instance, {Call.objects.get().pk: Described(ALICE, decode(self.story[0]))})
        self.is_number_told = True
        self.note([0])

    def wait(self, minutes: int) -> None:
        Call.objects.update(last_heard_at=F("last_heard_at") - timedelta(minutes=minutes))
        sweep_calls()

    def bring(self, places: Sequence[int]) -> None:
        self.world.bring(*(self.story[place] for place in places), at=AT)
        self.note(places)

    def note(self, places: Iterable[int]) -> None:
        self.came.update(places)
        self.coming = [place for place in self.coming if place not in self.came]

    @invariant()
    def there_is_one_alert_and_one_case_at_most(self) -> None:
        assert max(Call.objects.count(), Alert.objects.count(), Case.objects.count()) <= 1

    @invariant()
    def it_is_where_all_that_was_told_says(self) -> None:
        for call in Call.objects.all():
            assert call.is_live == (call.stage in OPEN)
            if call.record:
                assert (call.stage, call.stage_source) == ("ended", "contact-records")
            elif call.stage_source != SILENCE:
                assert (call.stage, call.stage_since, call.stage_source, call.agent_arn) == stage_of(
                    msgspec.convert(call.stage_facts, Facts),
                    words_at=call.words_at,
                    words_over_at=call.words_over_at,
                    heard_at=call.first_heard_at,
                )

    @invariant()
    def it_never_un_ends(self) -> None:
        """But for one that was taken to have ended because nobody heard of it, or no words any more."""
        is_over = Call.objects.exclude(stage__in=OPEN).exclude(stage_source__in=(SILENCE, "contact-lens")).exists()
        assert is_over or not self.was_over
        self.was_over = is_over

    def teardown(self) -> None:
        """What has not come and is not lost comes; then it is as if all had come as it happened."""
        try:
            while self.coming:
                self.bring(self.coming[:1])
                self.it_never_un_ends()
            sweep_calls()
            found = ending()
        finally:
            transaction.set_rollback(True)
            self.transaction.__exit__(None, None, None)
        expected = ending_of(self.world, [[self.story[place]] for place in sorted(self.came)])
        unsure = [*(UNSURE if found.get("is_silent") else ()), *(["cases"] if self.is_number_told else ())]
        for name in unsure:
            del found[name], expected[name]
        assert found == expected


@pytest.mark.parametrize("story", [ANSWERED, ABANDONED], ids=["answered", "abandoned"])
def test_however_a_call_is_told_it_never_un_ends_and_comes_to_the_same(world: World, story: Story) -> None:
    world.rules(provisional_after_s=0, opens_cases_early=True)
    run_state_machine_as_test(lambda: Telling(world, story), settings=BOUNDED)  # type: ignore[arg-type]
