from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from calls.connect.contact_record import ContactRecord
from calls.connect.parts import Agent
from calls.outcomes import Evidence, Leg, Legs, Rules
from calls.outcomes.facts import Facts
from calls.outcomes.legs import MOST_LATER

START = datetime(2026, 3, 1, tzinfo=UTC)
NAMES = [f"c{n}" for n in range(12)]


def record(
    contact_id: str, before: str | None, after: str | None, method: str, ended: int, talked: bool
) -> ContactRecord:
    at = START + timedelta(seconds=ended)
    agent = Agent(after_contact_work_started_at=at) if talked else None
    return ContactRecord(
        contact_id=contact_id, initial_contact_id="c0", previous_contact_id=before, next_contact_id=after,
        initiation_method=method, ended_at=at, agent=agent, channel="VOICE",
    )  # fmt: skip


NAME = st.none() | st.sampled_from(NAMES)
METHOD = st.sampled_from(["INBOUND", "TRANSFER", "CALLBACK", "DISCONNECT", "MONITOR"])
LEG = st.tuples(NAME, NAME, METHOD, st.integers(0, 5), st.booleans())
CALL = st.dictionaries(st.sampled_from(NAMES), LEG, min_size=1).map(
    lambda legs: [record(name, *told) for name, told in legs.items()]
)


def told_of(each: ContactRecord, legs: tuple[Leg, ...]) -> tuple[object, ...]:
    facts = Facts(each, Evidence(legs=legs), Rules())
    return facts.previous, facts.next, facts.is_handed_on, facts.has_later_talk, facts.has_further_try


@given(CALL)
def test_the_legs_around_one_tell_of_it_what_all_legs_would(call: list[ContactRecord]) -> None:
    everything = tuple(Leg.of(each) for each in call)
    legs = Legs("c0", everything)
    for each in call:
        assert told_of(each, legs.around(each.contact_id)) == told_of(each, everything)


def chain(size: int) -> Legs:
    names = [f"c{n}" for n in range(size)]
    links = zip([None, *names], names, [*names[1:], None], strict=False)
    return Legs("c0", [Leg.of(record(name, before, after, "TRANSFER", 1, True)) for before, name, after in links])


def test_of_any_number_of_legs_a_bounded_number_is_around_one() -> None:
    around = chain(500).around("c200")
    assert [leg.contact_id for leg in around] == ["c0", "c199", *(f"c{200 + n}" for n in range(1, MOST_LATER + 1))]


def test_legs_that_all_name_one_before_them_are_bounded_too() -> None:
    fan = Legs("c0", [Leg.of(record(f"c{n}", "c0", None, "INBOUND", 1, False)) for n in range(500)])
    assert len(fan.around("c0")) <= MOST_LATER + 1
