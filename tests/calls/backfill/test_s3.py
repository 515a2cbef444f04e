import gzip

import pytest

from calls.backfill.s3 import S3
from calls.backfill.source import Found, SourceError
from tests.calls.backfill.bucket import Bucket
from tests.calls.backfill.reading import brought, counted, data_of, known, lines, read
from tests.calls.world import World, dropped


@pytest.fixture
def filled(bucket: Bucket) -> Bucket:
    bucket.objects = {
        "other/1": b'{"R":"other"}',
        "records/2026/11/02/": b"",
        "records/2026/11/02/acme-1-2026-11-02-09-05-33-a": b'{"R":1}{"R":2}',
        "records/2026/11/02/acme-1-2026-11-02-09-10-33-b.gz": gzip.compress(b'{"R":3}\n{"R":4}\n'),
        "records/2026/11/03/\u00fc & <c>": b'{"R":5}{"R":6}',
    }
    return bucket


def test_every_object_below_the_prefix_is_read_page_by_page_and_from_any_record_on(
    world: World, filled: Bucket
) -> None:
    source = S3(world.instance, "s3://acme-archive/records/")
    found = [each for each in read(source) if isinstance(each, Found)]
    assert [each.data for each in found] == [b'{"R":%d}' % number for number in range(1, 7)]
    for number, each in enumerate(found):
        assert data_of(read(source, each.position)) == [later.data for later in found[number + 1 :]]
    assert source.total(lambda: None) == found[-1].done
    assert found[0].arrived_at.isoformat() == "2026-11-02T09:05:33+00:00"


def test_a_connection_that_breaks_is_taken_up_where_it_broke(world: World, filled: Bucket) -> None:
    big = lines(*(b'{"R":"%d"}' % number for number in range(100_000)))
    filled.objects = {"big": big, "big.gz": gzip.compress(big)}
    filled.breaks = 2
    assert data_of(read(S3(world.instance, "s3://acme-archive/big"))) == big.split() * 2
    assert sum("bytes=0-" not in each for each in filled.asked if each.startswith("big")) >= 1


@pytest.mark.parametrize("refusal", ["AccessDenied", "NoSuchBucket"])
def test_what_s3_refuses_fails_with_its_own_code(world: World, filled: Bucket, refusal: str) -> None:
    filled.refuses = refusal
    with pytest.raises(SourceError, match=rf"S3 refuses s3://acme-archive/records/: {refusal}\."):
        list(read(S3(world.instance, "s3://acme-archive/records/")))


def test_a_prefix_with_nothing_below_it_is_said(world: World, filled: Bucket) -> None:
    assert counted(world.stream, "s3://acme-archive/nothing/").trouble == "Nothing is at s3://acme-archive/nothing/."


def test_a_backfill_from_s3_brings_what_it_counted(world: World, bucket: Bucket) -> None:
    bucket.objects = {"a": lines(dropped("c1")), "b.gz": gzip.compress(lines(dropped("c2"), dropped("c3")))}
    done = brought(world.stream, "s3://acme-archive")
    assert (done.state, known()) == ("done", ["c1", "c2", "c3"])
    assert done.counted == done.brought == {"records": 3, "new": 3}
