"""Hostile and torn input: what is whole comes out whole, wherever the chunks end."""

import json
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calls.backfill.splitting import LONGEST, objects
from tests.calls.world import SAMPLES

TORN = [
    (b'{"a":1}{"b":2}', [b'{"a":1}', b'{"b":2}']),
    (b'{"a":1}\r\n\r\n{"b":2}\n', [b'{"a":1}', b'{"b":2}']),
    (b'[{"a":1},\n {"b":[{"x":"}{"}]}]\n', [b'{"a":1}', b'{"b":[{"x":"}{"}]}']),
    (b"", []),
    (b" \n\r\n [ ] ", []),
    (b"junk\n{}", [b"junk", b"{}"]),
    (b"}}}{}", [b"}}}", b"{}"]),
    (b'"x":1}\n{"R":1}', [b'"x":1}', b'{"R":1}']),
    (b'{foo}\n{"R":1}', [b"{foo}", b'{"R":1}']),
    (b'{"a":"\\"{"}{"b":"\\\\"}', [b'{"a":"\\"{"}', b'{"b":"\\\\"}']),
    # Torn, with the next record right behind, or on the next line.
    (b'{"a":{"b":{"c":{"R":1}{"R":2}', [b'{"a":{"b":{"c":', b'{"R":1}', b'{"R":2}']),
    (b'{"a":{"b":1{"R":1}{"R":2}', [b'{"a":{"b":1{"R":1}', b'{"R":2}']),
    (b'{"a":"hel{"R":1}{"R":2}', [b'{"a":"hel{"R":1}', b'{"R":2}']),
    (b'{"a":"hel\n{"R":1}\n', [b'{"a":"hel', b'{"R":1}']),
    (b'{"a":1,"b":\n{"R":1}\n{"R":2}\n', [b'{"a":1,"b":', b'{"R":1}', b'{"R":2}']),
    (b'{"a":[1}{"R":1}{"R":2}', [b'{"a":[1}', b'{"R":1}', b'{"R":2}']),
    (b'{"a":1 "b":2}\n{"R":1}', [b'{"a":1 "b":2}', b'{"R":1}']),
    # At the end of the file.
    (b'{"R":1}{"a":1', [b'{"R":1}', b'{"a":1']),
    (b'{"a":{"R":1}', [b'{"a":', b'{"R":1}']),
    (b'{"R":1}{', [b'{"R":1}', b"{"]),
    (b'{"R":1}{"a":"x\\', [b'{"R":1}', b'{"a":"x\\']),
]


def split(data: bytes, size: int) -> list[bytes]:
    return [piece for piece, _ in objects(data[at : at + size] for at in range(0, len(data), size))]


@pytest.mark.parametrize(("data", "pieces"), TORN)
@pytest.mark.parametrize("size", [1, 2, 5, 1000])
def test_objects_are_told_apart_and_a_torn_one_swallows_no_more_than_its_neighbour(
    data: bytes, pieces: list[bytes], size: int
) -> None:
    assert split(data, size) == pieces


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
RECORDS = st.lists(st.dictionaries(st.text(), JSON, max_size=4), max_size=6)


@given(RECORDS, st.sampled_from(["", "\n", " ", ",\n", "\r\n\r\n"]), st.booleans(), st.integers(1, 40))
def test_whatever_json_says_comes_out_as_it_went_in(
    records: list[dict[str, object]], between: str, is_plain: bool, size: int
) -> None:
    texts = [json.dumps(each, ensure_ascii=not is_plain) for each in records]
    data = between.join(texts).encode("utf-8", "surrogatepass")
    assert split(data, size) == [text.encode("utf-8", "surrogatepass") for text in texts]


@given(st.binary(max_size=200) | st.text('{}[]",:\\\n a1', max_size=200).map(str.encode), st.integers(1, 20))
def test_whatever_the_bytes_are_what_is_left_out_is_blank_and_chunks_do_not_matter(data: bytes, size: int) -> None:
    pieces = split(data, size)
    assert pieces == split(data, 1000)
    left = data
    for piece in pieces:
        before, _, left = left.partition(piece)
        assert not before.strip(b" \t\r\n[],")
    assert not left.strip(b" \t\r\n[],")


@given(st.text('{}[]",:\\\n a1', max_size=200).map(str.encode), st.data())
def test_reading_anew_behind_any_object_finds_the_rest(data: bytes, draw: st.DataObject) -> None:
    found = list(objects([data]))
    if found:
        number = draw.draw(st.integers(0, len(found) - 1))
        _, offset = found[number]
        assert [piece for piece, _ in objects([data[offset:]])] == [piece for piece, _ in found[number + 1 :]]


def test_firehoses_objects_back_to_back_are_two() -> None:
    data = (SAMPLES / "ctr_synthetic/17_firehose_concatenated.txt").read_bytes()
    assert [json.loads(piece)["ContactId"][-1] for piece in split(data, 64)] == ["1", "3"]


HOSTILE = {
    "deep": b'{"a":' * 200_000,
    "deep arrays": b'{"a":' + b"[" * 300_000,
    "one string": b'{"a":"' + b"x" * 30_000_000,
    "one number": b'{"a":' + b"9" * 30_000_000,
    "escapes": b'{"a":"' + b"\\" * 30_000_001,
    "blank": b'{"a":1' + b" " * 30_000_000,
    "beginnings": b"{" * 300_000,
    "no object": b"x" * 30_000_000,
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE)
def test_something_hostile_is_cut_and_the_record_on_the_next_line_comes(data: bytes) -> None:
    chunks = [data[at : at + 256 * 1024] for at in range(0, len(data), 256 * 1024)]
    tracemalloc.start()
    longest, last = 0, b""
    for piece, _ in objects([*chunks, b'\n{"R":1}\n']):
        longest, last = max(longest, len(piece)), piece
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert last == b'{"R":1}'
    assert longest <= LONGEST
    assert peak < 50 * 1024 * 1024


def test_a_torn_object_of_an_array_takes_no_more_than_its_length_and_no_part_of_a_record() -> None:
    record = b'{"R":"%s"}' % (b"x" * 1000)
    rest = b",".join([record] * 20_000)
    torn, *whole = split(b'[{"a":[1,' + rest + b"]", 256 * 1024)
    assert len(torn) == LONGEST
    assert set(whole) == {record}
    assert len(whole) > 20_000 - LONGEST // len(record) - 2
