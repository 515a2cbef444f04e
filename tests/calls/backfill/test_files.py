"""Files as they lie on a disk: what is read of them, where reading goes on, and what is passed over with a word."""

import gzip
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from calls.backfill.disk import Disk
from calls.backfill.source import Found, Remark, SourceError
from tests.calls.backfill.reading import data_of, read

TWO = b'{"R":1}\n{"R":2}\n'
SHAPES = {
    "lines": TWO,
    "back to back": b'{"R":1}{"R":2}',
    "an array": b'[{"R":1},\n{"R":2}]',
    "a mark of the byte order": b"\xef\xbb\xbf" + TWO,
    "gzip": gzip.compress(TWO),
    "gzip of a mark": gzip.compress(b"\xef\xbb\xbf" + TWO),
    "gzip in two members": gzip.compress(TWO[:5]) + gzip.compress(TWO[5:]),
    "gzip with zeros behind": gzip.compress(TWO) + bytes(512),
    "windows": TWO.replace(b"\n", b"\r\n"),
}


def words_of(folder: Path) -> list[str]:
    return [each.words for each in read(Disk(str(folder))) if isinstance(each, Remark)]


@pytest.mark.parametrize("data", SHAPES.values(), ids=SHAPES)
def test_a_file_is_read_whatever_its_shape_and_from_behind_any_record_on(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "records").write_bytes(data)
    source = Disk(str(tmp_path / "records"))
    found = [each for each in read(source) if isinstance(each, Found)]
    assert [each.data for each in found] == [b'{"R":1}', b'{"R":2}']
    assert data_of(read(source, found[0].position)) == [b'{"R":2}']
    assert data_of(read(source, found[1].position)) == []
    assert source.total(lambda: None) == len(data)


def test_a_folder_is_read_in_the_order_of_its_names_and_from_any_record_on(tmp_path: Path) -> None:
    for name in ("b/1", "a", "b/2", "b-1", "b.gz"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        data = b'{"R":"%s"}{}' % name.encode()
        path.write_bytes(gzip.compress(data) if name.endswith("gz") else data)
    source = Disk(str(tmp_path))
    found = [each for each in read(source) if isinstance(each, Found)]
    names = [b'{"R":"%s"}' % name for name in (b"a", b"b/1", b"b/2", b"b-1", b"b.gz")]
    assert [each.data for each in found] == [data for name in names for data in (name, b"{}")]
    for number, each in enumerate(found):
        assert data_of(read(source, each.position)) == [later.data for later in found[number + 1 :]]
    assert [each.done for each in found] == sorted(each.done for each in found)
    assert found[-1].done == source.total(lambda: None)


def test_a_pattern_names_files(tmp_path: Path) -> None:
    for name in ("1.json", "2.json", "3.txt"):
        (tmp_path / name).write_text(f'{{"R":"{name}"}}')
    assert data_of(read(Disk(str(tmp_path / "*.json")))) == [b'{"R":"1.json"}', b'{"R":"2.json"}']


def test_a_file_that_changed_since_is_read_from_its_beginning(tmp_path: Path) -> None:
    path = tmp_path / "records"
    path.write_bytes(TWO)
    first, _ = (each for each in read(Disk(str(path))) if isinstance(each, Found))
    path.write_bytes(b'{"R":0}\n' + TWO)
    assert data_of(read(Disk(str(path)), first.position)) == [b'{"R":0}', b'{"R":1}', b'{"R":2}']


def test_other_files_are_passed_over_with_a_word_and_empty_ones_without(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    (tmp_path / "empty.gz").write_bytes(gzip.compress(b""))
    (tmp_path / "list.csv").write_text("a,b\n1,2\n")
    (tmp_path / "photo.png").write_bytes(b"\x89PNG\r\n\x1a\n" + os.urandom(100).replace(b"{", b""))
    (tmp_path / "records").write_bytes(TWO)
    assert data_of(read(Disk(str(tmp_path)))) == [b'{"R":1}', b'{"R":2}']
    assert words_of(tmp_path) == [
        f"{tmp_path}/{name} was passed over: it does not begin with JSON." for name in ("list.csv", "photo.png")
    ]


@pytest.mark.parametrize("end", [b"", b"rubbish", b"\x1f\x8brubbish"])
def test_gzip_that_is_cut_short_gives_what_it_holds_and_says_so(tmp_path: Path, end: bytes) -> None:
    whole = gzip.compress(b'{"R":1}\n' + os.urandom(4000).hex().encode() + b"\n", mtime=0)
    (tmp_path / "1.gz").write_bytes(whole[: len(whole) // 2] + end if not end else whole + end)
    (tmp_path / "2").write_bytes(TWO)
    data = data_of(read(Disk(str(tmp_path))))
    assert data[0] == b'{"R":1}'
    assert data[-2:] == [b'{"R":1}', b'{"R":2}']
    assert words_of(tmp_path) == [f"{tmp_path}/1.gz is cut short: its gzip data has no end. What came before was read."]


def test_a_file_that_begins_in_the_middle_of_a_record_is_read_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "torn").write_bytes(b'"Address": "x"}}\n' + TWO)
    assert data_of(read(Disk(str(tmp_path)))) == [b'"Address": "x"}}', b'{"R":1}', b'{"R":2}']


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    for location in (tmp_path / "none", tmp_path / "*.json", tmp_path):
        with pytest.raises(SourceError, match="No file is at"):
            list(read(Disk(str(location))))


def test_a_name_that_no_database_holds_is_said(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"caf\xe9")).write_bytes(TWO)
    with pytest.raises(SourceError, match="is not UTF-8: give the file another"):
        list(read(Disk(str(tmp_path))))


def test_a_record_arrived_when_firehose_named_its_object_else_when_the_file_was_written(tmp_path: Path) -> None:
    copied = datetime(2026, 11, 20, 12, tzinfo=UTC)
    names = {
        "acme-1-2026-11-02-09-05-33-0a1b2c3d": datetime(2026, 11, 2, 9, 5, 33, tzinfo=UTC),
        "acme-1-2026-13-02-09-05-33-0a1b2c3d": copied,
        "plain.json": copied,
    }
    for name in names:
        (tmp_path / name).write_bytes(b'{"R":1}')
        os.utime(tmp_path / name, (copied.timestamp(), copied.timestamp()))
    found = [each for each in read(Disk(str(tmp_path))) if isinstance(each, Found)]
    assert [each.arrived_at for each in found] == list(names.values())
