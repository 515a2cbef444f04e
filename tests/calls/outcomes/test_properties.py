"""Whatever arrives: a record is decoded or refused, and what is decoded ends in exactly one way."""

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calls.connect.contact_record import ContactRecord, decode
from calls.connect.kinds import Unusable, kind_of, parse, parse_many
from calls.outcomes import OUTCOMES, Evidence, Leg, Preset, Rules, judge
from calls.outcomes.rows import ROWS

SAMPLES = Path(__file__).parents[2] / "samples"
RECORDS = [json.loads(path.read_bytes()) for path in sorted(SAMPLES.glob("ctr*/*.json"))]
WORDS = ["VOICE", "CHAT", "CALLBACK", "TRANSFER", "OUTBOUND", "API", "MONITOR", "DISCONNECT", "CUSTOMER_DISCONNECT"]
WORDS += ["CONTACT_FLOW_DISCONNECT", "TELECOM_PROBLEM", "AGENT_DISCONNECT", "EXPIRED", "leg-1", "leg-2", ""]
TIMES = ["2026-11-02T09:00:00Z", "2026-11-02T09:00:01.5Z", "1970-01-01T00:00:00.001Z", "2026-11-02T08:00:00-01:00"]

# Slow machines are no failure, and a failure is told whole, without a store of examples.
calmly = settings(deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])

texts = st.text(max_size=20) | st.sampled_from(WORDS + TIMES)
scalars: st.SearchStrategy[Any] = st.none() | st.booleans() | st.integers() | st.floats() | texts
anything = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner), max_leaves=8
)
likely: st.SearchStrategy[Any] = st.none() | st.sampled_from(WORDS + TIMES) | st.integers(0, 3) | st.builds(dict)


def paths(record: dict[str, Any]) -> list[tuple[str, ...]]:
    inner = [(key, name) for key, value in record.items() if isinstance(value, dict) for name in value]
    return [*((key,) for key in record), *inner]


@st.composite
def mutated(draw: st.DrawFn, values: st.SearchStrategy[Any]) -> dict[str, Any]:
    record: dict[str, Any] = json.loads(json.dumps(draw(st.sampled_from(RECORDS))))
    for path in draw(st.lists(st.sampled_from(paths(record)), max_size=6)):
        place = record if len(path) == 1 else record.get(path[0])
        if isinstance(place, dict):
            place[path[-1]] = draw(values)
    return record


def is_usable(record: dict[str, Any]) -> bool:
    try:
        decode(record)
    except Unusable:
        return False
    return True


decoded = mutated(likely).filter(is_usable).map(decode)
evidences = st.builds(
    Evidence,
    legs=st.lists(decoded.map(Leg.of), max_size=3).map(tuple),
    agent_state=st.none() | st.just("CONNECTED_ONHOLD"),
    missed_by_agent=st.booleans(),
    is_early=st.booleans(),
    next_seen=st.booleans(),
    is_customer_kept=st.booleans(),
    further_try_seen=st.booleans(),
    leg_wait_over=st.booleans(),
    callback_settled=st.booleans(),
)
presets: tuple[Preset, ...] = ("rescue", "agent-or-bot", "every-interaction", "watch")
rules = st.sampled_from(presets).map(lambda name: Rules(preset=name))


@calmly
@given(mutated(anything))
def test_a_mutated_record_is_decoded_or_refused(record: dict[str, Any]) -> None:
    with suppress(Unusable):
        assert decode(record).contact_id


@calmly
@given(st.binary(max_size=200) | mutated(anything).map(lambda each: json.dumps(each).encode()))
def test_any_bytes_are_refused_or_can_be_kept_in_a_database(data: bytes) -> None:
    with suppress(Unusable):
        for each in parse_many(data):
            kind_of(each)
            assert b"\0" not in json.dumps(each, ensure_ascii=False, allow_nan=False).encode()


@calmly
@given(decoded, evidences, rules)
def test_every_record_ends_in_exactly_one_way(record: ContactRecord, evidence: Evidence, rules: Rules) -> None:
    judgement = judge(record, evidence, rules)
    assert (judgement.row, judgement.outcome) in {(row.number, row.outcome) for row in ROWS}
    assert judgement.outcome in OUTCOMES
    assert judgement == judge(record, evidence, rules)
    assert judgement.is_provisional or not evidence.is_early
    assert evidence.is_early or not (judgement.is_provisional and judgement.opens_case)


@calmly
@given(decoded, evidences)
def test_a_drop_that_is_told_early_is_the_one_that_the_same_record_would_tell_for_good(
    record: ContactRecord, evidence: Evidence
) -> None:
    early = judge(record, msgspec.structs.replace(evidence, is_early=True), Rules())
    later = judge(record, msgspec.structs.replace(evidence, is_early=False), Rules())
    assert (early.outcome, early.row, early.fields, early.promise) == (
        later.outcome,
        later.row,
        later.fields,
        later.promise,
    )
    assert early.opens_case == later.opens_case or later.is_provisional


@calmly
@given(decoded, evidences)
def test_what_was_looked_at_is_json_without_numbers_of_people(record: ContactRecord, evidence: Evidence) -> None:
    shown = json.dumps(judge(record, evidence, Rules()).fields)
    ends = (record.customer_endpoint, record.system_endpoint, record.transferred_to_endpoint)
    assert not any(end.address in shown for end in ends if end and end.address and end.address.startswith("+"))


def test_the_samples_themselves_are_all_usable() -> None:
    assert all(parse(json.dumps(each).encode()) and decode(each).contact_id for each in RECORDS)
