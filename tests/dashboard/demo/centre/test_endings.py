import pytest

from calls.connect.contact_record import ContactRecord, decode
from calls.outcomes import DEFAULT_MARKS, OUTCOMES, Evidence, Mark, Rules, judge
from calls.outcomes import Leg as SeenLeg
from dashboard.demo.centre.endings import ENDINGS, MARKS, Ending
from tests.dashboard.demo.centre.telling import TALES, contact_records, tale_name, told

RULES = Rules(marks=(*(Mark(**mark) for mark in MARKS), *DEFAULT_MARKS))  # type: ignore[arg-type]


def judged(records: list[ContactRecord], ending: Ending) -> list[tuple[str, int]]:
    evidence = Evidence(
        legs=tuple(SeenLeg.of(record) for record in records),
        agent_state="CONNECTED_ONHOLD" if ending.needs_agent_events else None,
        callback_settled=True,
    )
    found = [judge(record, evidence, RULES) for record in records]
    return [(each.outcome, each.row) for each in found]


@pytest.mark.parametrize(("ending", "seed"), TALES, ids=tale_name)
def test_every_leg_of_an_ending_is_judged_as_intended(ending: Ending, seed: int) -> None:
    records = [decode(record) for record in contact_records(told(ending, seed))]
    assert judged(records, ending) == [(leg.outcome, leg.row) for leg in ending.legs]


def test_every_outcome_and_every_row_is_reached_by_some_ending() -> None:
    legs = [leg for ending in ENDINGS for leg in ending.legs]
    assert {leg.outcome for leg in legs} == set(OUTCOMES)
    assert {leg.row for leg in legs} == set(range(1, 24))


def test_most_calls_that_are_heard_are_answered_normally() -> None:
    heard = [ending for ending in ENDINGS if ending.is_heard]
    normal = sum(ending.weight for ending in heard if not ending.is_drop)
    assert normal > 0.75 * sum(ending.weight for ending in heard)
