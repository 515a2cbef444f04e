"""Files with records in them, wherever they lie: JSON in any of its ways, gzipped or not, and other things between."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain

from .source import Found, Position, Remark
from .splitting import objects
from .unzipping import MAGIC, CutShort, unzipped

CHUNK = 256 * 1024
LOOKED_AT = 64 * 1024
_BOM = b"\xef\xbb\xbf"
_OBJECT = re.compile(rb'\{[ \t\r\n]*"')
# How Firehose names its objects; copying changes a file's time, and not its name.
_FIREHOSE = re.compile(r"-(\d{4}(?:-\d\d){5})-[^/]*\Z")


@dataclass(frozen=True)
class File:
    """`version` changes with what it holds; `open` gives its bytes from an offset on, and raises SourceError."""

    name: str
    version: str
    size: int
    changed_at: datetime
    open: Callable[[int], Iterator[bytes]]

    @property
    def arrived_at(self) -> datetime:
        """About when its records had arrived."""
        if named := _FIREHOSE.search(self.name):
            with suppress(ValueError):
                return min(datetime.strptime(named[1], "%Y-%m-%d-%H-%M-%S").replace(tzinfo=UTC), self.changed_at)
        return self.changed_at


def records_of(files: Iterable[File], after: Position, beat: Callable[[], None]) -> Iterator[Found | Remark]:
    """Of files in the order of their names, from the one of `after` on."""
    done = after.get("done", 0)
    for file in files:
        is_same = (file.name, file.version) == (after.get("name"), after.get("version"))
        reading = _Reading(file, after["at"] if is_same else 0, done, beat)
        yield from reading.records()
        done += file.size


class _Reading:
    """One file, from an offset of what it holds when unzipped."""

    def __init__(self, file: File, at: int, done: int, beat: Callable[[], None]) -> None:
        self.file, self.at, self.done, self.beat = file, at, done, beat
        self.read = 0
        self.is_cut_short = False

    def records(self) -> Iterator[Found | Remark]:
        chunks = self._plain()
        first = b"" if self.at else _at_least(LOOKED_AT, chunks)
        if self.at or _OBJECT.search(first):
            # A mark of the byte order counts as space, so that offsets stay true.
            first = first.replace(_BOM, b"   ", 1) if first.startswith(_BOM) else first
            yield from self._found(chain([first], chunks))
        elif first:
            yield Remark(f"{self.file.name} was passed over: it does not begin with JSON.")
        if self.is_cut_short:
            yield Remark(f"{self.file.name} is cut short: its gzip data has no end. What came before was read.")

    def _found(self, chunks: Iterable[bytes]) -> Iterator[Found]:
        arrived_at = self.file.arrived_at
        place = {"name": self.file.name, "version": self.file.version, "done": self.done}
        for data, end in objects(chunks):
            yield Found(data, arrived_at, {**place, "at": self.at + end}, self.done + min(self.read, self.file.size))

    def _plain(self) -> Iterator[bytes]:
        raw = self._raw(0)
        first = next(raw, b"")
        if first.startswith(MAGIC):
            return _behind(self.at, self._unzipped(chain([first], raw)))
        return self._raw(self.at) if self.at else chain([first], raw)

    def _raw(self, at: int) -> Iterator[bytes]:
        self.read = at
        for chunk in self.file.open(at):
            self.beat()
            self.read += len(chunk)
            yield chunk

    def _unzipped(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        try:
            yield from unzipped(chunks)
        except CutShort:
            self.is_cut_short = True


def _at_least(size: int, chunks: Iterator[bytes]) -> bytes:
    found = b""
    while len(found) < size and (chunk := next(chunks, b"")):
        found += chunk
    return found


def _behind(offset: int, chunks: Iterable[bytes]) -> Iterator[bytes]:
    for chunk in chunks:
        if offset < len(chunk):
            yield chunk[offset:]
        offset = max(0, offset - len(chunk))
