"""One call's story comes in any order, doubled and with losses."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calls.intake import judge_again
from calls.models import Agent, Call
from calls.models.call import IN_PROGRESS
from tests.calls.stages.story import AGENT_EVENTS, CONTACT_EVENTS, LENS, RECORD
from tests.calls.world import Record, World, now

OPEN = {each.value for each in IN_PROGRESS}
TOLD = (
    "channel", "initiation_method", "began_at", "is_began_estimated", "ended_at", "is_live", "stage", "stage_since",
    "stage_source", "holds", "is_silent", "enqueued_at", "wait_s", "is_talked", "queue_arn", "queue_name", "agent_arn",
    "agent_username", "root_contact_id", "previous_contact_id", "opens_case", "promise",
)  # fmt: skip
SHOWN = ("is_signed_in", "status", "contacts", "snapshot_at", "event_id", "username", "is_missing")
AT = now()
Outcome = tuple[dict[str, Any], dict[str, Any], list[Any]]  # the call, its facts, the agents
BOUNDED = settings(
    deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def tell(world: World, told: Iterable[Sequence[Record]]) -> list[str]:
    """Batch by batch; the stages that the call was in on the way."""
    stages: list[str] = []
    for batch in told:
        world.bring(*batch, at=AT)
        stages.extend(Call.objects.values_list("stage", flat=True))
    return stages


def state() -> Outcome:
    call = Call.objects.values(*TOLD, "stage_facts", "outcome", "is_provisional").get()
    if call.pop("is_provisional"):  # of whoever is known to be served it may be judged or not: nothing comes of it
        call["outcome"] = ""
    facts = call.pop("stage_facts")
    for agent in facts.get("agents", {}).values():
        agent["left_at"] = "left_at" in agent  # that of some snapshot without the call: which one, is all the same
    agents = list(Agent.objects.order_by("arn").values_list("arn", *SHOWN))
    return call, facts, agents


Batches = list[list[int]]  # of places in the story


@st.composite
def batches(draw: st.DrawFn, places: Sequence[int]) -> Batches:
    """All of them and some twice, in any order, cut up anyhow."""
    doubled = draw(st.lists(st.sampled_from(places), max_size=4))
    order = draw(st.permutations([*places, *doubled]))
    cuts = sorted(draw(st.sets(st.integers(1, len(order) - 1), max_size=6)))
    return [order[begin:end] for begin, end in zip([0, *cuts], [*cuts, len(order)], strict=True)]


STORY = [*CONTACT_EVENTS, *AGENT_EVENTS, *LENS, RECORD]
ALL = range(len(STORY))
BY_EVENTS, BY_AGENTS = ALL[: len(CONTACT_EVENTS)], ALL[len(CONTACT_EVENTS) : -len(LENS) - 1]
BY_WORDS = ALL[-len(LENS) - 1 : -1]
LIVE = ALL[:-1]


def outcome(world: World, told: Batches) -> Outcome:
    """In a transaction that leaves nothing behind."""
    with transaction.atomic():
        stages = tell(world, [[STORY[place] for place in batch] for batch in told])
        judge_again()
        found = state()
        transaction.set_rollback(True)
    over = [stage not in OPEN for stage in stages]
    assert over == sorted(over), f"it un-ended: {stages}"
    return found


@pytest.fixture(
    params=[(ALL, "all"), (LIVE, "live"), (BY_AGENTS, "agents"), (BY_EVENTS, "events")], ids=lambda each: each[1]
)
def part(request: pytest.FixtureRequest) -> Sequence[int]:
    places: Sequence[int] = request.param[0]
    return places


@pytest.fixture
def in_order(world: World, part: Sequence[int]) -> Outcome:
    return outcome(world, [[place] for place in part])


@BOUNDED
@given(st.data())
def test_a_call_comes_to_the_same_in_every_order(
    world: World, part: Sequence[int], in_order: Outcome, data: st.DataObject
) -> None:
    assert outcome(world, data.draw(batches(part))) == in_order


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
    call, _, _ = outcome(world, [[place] for place in places])
    assert (call["stage"], call["stage_source"], call["holds"]) == stage


ENDINGS = [BY_EVENTS[-2:], BY_AGENTS[-2:], BY_WORDS[-1:], ALL[-1:]]


@BOUNDED
@given(st.data())
@pytest.mark.parametrize("endings", ENDINGS, ids=["events", "agents", "words", "record"])
def test_whatever_is_lost_a_call_ends_by_the_source_that_tells_of_its_end(
    world: World, endings: range, data: st.DataObject
) -> None:
    """Since when, and how often it was held, may then depend on what was lost."""
    kept = data.draw(st.sets(st.sampled_from([place for place in LIVE if place not in endings])))
    call, _, _ = outcome(world, data.draw(batches([0, BY_AGENTS[5], *kept, *endings])))
    assert call["stage"] not in OPEN
    assert not call["is_live"]


@BOUNDED
@given(st.data())
def test_a_contact_record_has_the_last_word_whatever_was_lost(world: World, data: st.DataObject) -> None:
    lossy = st.sets(st.sampled_from(LIVE), min_size=2).flatmap(lambda kept: batches(sorted(kept)))
    call, _, _ = outcome(world, [*data.draw(lossy), [ALL[-1]], *data.draw(lossy)])
    alone, _, _ = outcome(world, [[ALL[-1]]])
    sure = ("stage", "stage_since", "stage_source", "is_live", "began_at", "ended_at", "enqueued_at", "wait_s",
            "is_talked", "queue_arn", "queue_name", "agent_arn", "agent_username")  # fmt: skip
    assert [call[name] for name in sure] == [alone[name] for name in sure]
