"""One call's story with losses: which of its sources tell of its end."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.calls.stages.ending import OPEN, ending_of
from tests.calls.stages.story import AGENT_EVENTS, CONTACT_EVENTS, LENS, RECORD
from tests.calls.world import Record, World

BOUNDED = settings(
    deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
Batches = list[list[Record]]


@st.composite
def batches(draw: st.DrawFn, places: Sequence[int]) -> Batches:
    """Of these places in the story, all and some twice, in any order, cut up anyhow."""
    doubled = draw(st.lists(st.sampled_from(places), max_size=4))
    order = draw(st.permutations([*places, *doubled]))
    cuts = sorted(draw(st.sets(st.integers(1, len(order) - 1), max_size=6)))
    told = [STORY[place] for place in order]
    return [told[begin:end] for begin, end in zip([0, *cuts], [*cuts, len(order)], strict=True)]


STORY = [*CONTACT_EVENTS, *AGENT_EVENTS, *LENS, RECORD]
ALL = range(len(STORY))
BY_EVENTS, BY_AGENTS = ALL[: len(CONTACT_EVENTS)], ALL[len(CONTACT_EVENTS) : -len(LENS) - 1]
BY_WORDS = ALL[-len(LENS) - 1 : -1]
LIVE = ALL[:-1]


@pytest.mark.parametrize(
    ("places", "stage"),
    [
        (ALL, ("ended", "contact-records", 2)),
        (LIVE, ("ended", "contact-events", 2)),
        (BY_AGENTS, ("ended", "agent-events", 2)),
        (BY_EVENTS, ("ended", "contact-events", 0)),
        (BY_WORDS, ("ended", "contact-lens", 0)),
    ],
)
def test_each_source_by_itself_tells_of_the_end(world: World, places: range, stage: tuple[str, str, int]) -> None:
    call = ending_of(world, ([STORY[place]] for place in places))
    assert (call["stage"], call["stage_source"], call["holds"]) == stage


ENDINGS = [BY_EVENTS[-2:], BY_AGENTS[-2:], ALL[-1:]]
NOT_CONNECTED = [*BY_EVENTS[:2], *BY_AGENTS[:5]]


@BOUNDED
@given(st.data())
@pytest.mark.parametrize("endings", ENDINGS, ids=["events", "agents", "record"])
def test_whatever_is_lost_a_call_ends_by_the_source_that_tells_of_its_end(
    world: World, endings: range, data: st.DataObject
) -> None:
    """Since when, and how often it was held, may then depend on what was lost."""
    kept = data.draw(st.sets(st.sampled_from([place for place in LIVE if place not in endings])))
    call = ending_of(world, data.draw(batches([0, BY_AGENTS[5], *kept, *endings])))
    assert call["stage"] not in OPEN
    assert not call["is_live"]


@BOUNDED
@given(st.data())
def test_words_end_a_call_that_no_event_says_is_connected(world: World, data: st.DataObject) -> None:
    kept = data.draw(st.sets(st.sampled_from([*NOT_CONNECTED, *BY_WORDS])))
    call = ending_of(world, data.draw(batches([*NOT_CONNECTED[:1], *kept, BY_WORDS[-1]])))
    assert (call["stage"], call["stage_source"], call["is_live"]) == ("ended", "contact-lens", False)


@BOUNDED
@given(st.data())
def test_a_contact_record_has_the_last_word_whatever_was_lost(world: World, data: st.DataObject) -> None:
    lossy = st.sets(st.sampled_from(LIVE), min_size=2).flatmap(lambda kept: batches(sorted(kept)))
    call = ending_of(world, [*data.draw(lossy), [RECORD], *data.draw(lossy)])
    alone = ending_of(world, [[RECORD]])
    sure = ("stage", "stage_since", "stage_source", "is_live", "began_at", "ended_at", "enqueued_at", "wait_s",
            "is_talked", "queue_arn", "queue_name", "agent_arn", "agent_username")  # fmt: skip
    assert [call[name] for name in sure] == [alone[name] for name in sure]
