"""Whatever bytes arrive are decoded or refused: no decoder raises anything but Unusable."""

import json
from contextlib import suppress
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calls.connect.contact_record import decode
from calls.connect.kinds import Unusable, kind_of, parse_many
from tests.faults.mutations import NAMES, SAMPLES, TEXTS, TIMES, mutated

# The same examples each time, and slow machines are no failure.
calmly = settings(deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))

texts = st.text(max_size=20) | st.sampled_from(TEXTS + TIMES)
scalars: st.SearchStrategy[Any] = st.none() | st.booleans() | st.integers() | st.floats() | texts
keys = st.text(max_size=5) | st.sampled_from([*NAMES, "Channel", "InitiationMethod", "Agent", "Queue"])
anything = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=4), max_leaves=12
)


@calmly
@given(st.binary(max_size=200) | anything.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_are_objects_or_refused(data: bytes) -> None:
    with suppress(Unusable):
        for record in parse_many(data):
            json.dumps(record, allow_nan=False).encode()
            kind_of(record)


@calmly
@given(st.dictionaries(keys, anything))
def test_any_object_is_a_contact_record_or_refused(record: dict[str, Any]) -> None:
    with suppress(Unusable):
        decode({"ContactId": "c1", **record})


@calmly
@given(st.randoms(use_true_random=False))
def test_any_change_to_a_sample_is_decoded_or_refused(random: Any) -> None:
    with suppress(Unusable):
        for record in parse_many(mutated(random)):
            if kind_of(record) == "contact-records":
                again = json.loads(json.dumps(record))
                assert decode(record) == decode(again)


def test_the_samples_are_records_before_they_are_changed() -> None:
    assert len(SAMPLES) > 40
    assert all(kind_of(record) for data in SAMPLES for record in parse_many(data))
