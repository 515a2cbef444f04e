import gzip
from pathlib import Path

import pytest

from calls.connect.kinds import (
    MAX_BYTES,
    MAX_DEPTH,
    MAX_OBJECTS,
    MAX_PARTS,
    REPLACED,
    Kind,
    Unusable,
    kind_of,
    parse,
    parse_many,
)

SAMPLES = Path(__file__).parents[2] / "samples"
FOLDERS: dict[str, Kind] = {
    "agent_events": "agent-events",
    "contact_events": "contact-events",
    "contact_lens_chat": "contact-lens",
    "contact_lens_voice": "contact-lens",
    "ctr": "contact-records",
    "ctr_partial": "contact-records",
    "ctr_synthetic": "contact-records",
}
NAMES = [f"{folder}/{path.name}" for folder in FOLDERS for path in sorted((SAMPLES / folder).iterdir())]


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_is_known_by_its_keys(name: str) -> None:
    expected = "cases-events" if "amazon_connect_cases" in name else FOLDERS[name.split("/")[0]]
    assert {kind_of(each) for each in parse_many((SAMPLES / name).read_bytes())} == {expected}


@pytest.mark.parametrize(
    "record",
    [
        {},
        {"hello": "world"},
        {"ContactId": "leg-1"},
        {"EventType": "LOGIN"},
        {"EventType": "STARTED", "Channel": "FAX"},
        {"EventType": ["STARTED"], "Channel": "VOICE"},
        {"detail-type": "Somebody Else's Event"},
        {"detail-type": ["Amazon Connect Contact Event"]},
    ],
)
def test_an_unknown_object_has_no_kind(record: dict[str, object]) -> None:
    assert kind_of(record) is None


BROKEN = {
    "empty": [b"", b" \r\n"],
    "over 1 MiB": [b'{"a": "' + b"x" * MAX_BYTES + b'"}'],
    "not UTF-8": [b'{"a": "\xff"}', b"\xed\xa0\x80", "{}".encode("utf-16")],
    "not JSON": [b"secret", b'{"secret": ', b"{'secret': 1}", b'{"secret": NaN}', b'{"a": "\x00"}', b"{} secret"],
    "not an object": [b"[]", b'"secret"', b"null", b"{} 5"],
    "too deep": [
        b'{"a":' * (MAX_DEPTH + 1) + b"1" + b"}" * (MAX_DEPTH + 1),
        b'{"a":' + b"[" * 5_000 + b"]" * 5_000 + b"}",
        b"[" * MAX_PARTS,
        b'{"a":' * MAX_PARTS,
    ],
    "too many parts": [b"[" * (MAX_PARTS + 1), b'{"a": [' + b"{}," * 100_000 + b"{}]}", b'{"a":' * 200_000],
    "too many objects": [b"{}" * (MAX_OBJECTS + 1)],
    "compressed (gzip)": [gzip.compress(b"{}")],
    "a number out of range": [
        b'{"a": ' + b"9" * 1_000_000 + b"}",
        b'{"a": 9223372036854775808}',
        b'{"a": 1e999}',
        b'{"a": -1' + b"0" * 500_000 + b".5}",
    ],
}


@pytest.mark.parametrize(("reason", "data"), [(reason, data) for reason, each in BROKEN.items() for data in each])
def test_a_broken_record_is_unusable_for_a_reason_that_quotes_nothing(reason: str, data: bytes) -> None:
    with pytest.raises(Unusable) as refused:
        parse(data)
    assert str(refused.value) == reason


def test_an_error_keeps_no_trace_of_the_text_that_could_not_be_read() -> None:
    with pytest.raises(Unusable) as refused:
        parse(b'{"number": "+12025550142"')
    assert refused.value.__suppress_context__


def test_nesting_and_numbers_up_to_the_limits_are_read() -> None:
    deep = b'{"a":' * MAX_DEPTH + b"9223372036854775807" + b"}" * MAX_DEPTH
    assert parse(deep)
    assert parse(b'{"low": -9223372036854775808, "score": 4.5e0}') == {"low": -(2**63), "score": 4.5}


def test_many_brackets_side_by_side_are_not_deep() -> None:
    assert parse(b'{"a": [' + b"{}," * 1_000 + b"{}]}")


def test_objects_back_to_back_are_read_each() -> None:
    assert parse_many(b'{"a": 1}{"b": 2}\n\n {"c": 3} ') == [{"a": 1}, {"b": 2}, {"c": 3}]


def test_one_object_is_meant_where_one_is_asked_for() -> None:
    with pytest.raises(Unusable, match="more than one object"):
        parse(b"{}{}")


@pytest.mark.parametrize("data", [b'{"a": 1}{"b": ', b'{"a": 1}nonsense{"b": 2}', b'{"a": 1},{"b": 2}'])
def test_one_broken_object_makes_its_whole_record_unusable(data: bytes) -> None:
    with pytest.raises(Unusable, match="not JSON"):
        parse_many(data)


@pytest.mark.parametrize("escape", [rb"\u0000", rb"\ud83d", rb"\uDE00"])
def test_a_character_that_postgresql_refuses_is_replaced_and_flagged(escape: bytes) -> None:
    assert parse(b'{"a": ["x' + escape + b'y"]}') == {"a": ["x\ufffdy"], REPLACED: True}
    assert parse(b'{"k' + escape + b'": 1}') == {"k\ufffd": 1, REPLACED: True}


def test_a_whole_surrogate_pair_and_an_escaped_backslash_are_left_alone() -> None:
    assert parse(rb'{"a": "\ud83d\ude00", "b": "\\u0000"}') == {"a": "\U0001f600", "b": r"\u0000"}
