"""Files on a disk that this process sees: one, all below a folder, or those that a pattern names."""

import glob
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from .files import CHUNK, File, records_of
from .source import Found, Position, Remark, SourceError


class Disk:
    def __init__(self, location: str) -> None:
        self.location = location

    def total(self, beat: Callable[[], None]) -> int:
        size = 0
        for path in self._paths(None):
            beat()
            size += _file(path).size
        return size

    def records(self, after: Position, beat: Callable[[], None]) -> Iterator[Found | Remark]:
        return records_of(map(_file, self._paths(after.get("name"))), after, beat)

    def _paths(self, first: str | None) -> Iterator[Path]:
        root = Path(self.location)
        if root.is_dir():
            paths = _below(root)
        elif root.exists():
            paths = iter([root])
        else:
            named = map(Path, sorted(glob.glob(self.location, recursive=True), key=_order))
            paths = iter([path for path in named if path.is_file()])
        is_any = False
        for path in paths:
            if first is None or _order(path) >= _order(first):
                is_any = True
                yield path
        if not is_any:
            raise SourceError(f"No file is at {self.location}.")


def _order(path: str | Path) -> tuple[str, ...]:
    return Path(path).parts


def _below(folder: Path) -> Iterator[Path]:
    """In the order of their parts, a folder at a time: no list of them all is held."""
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        raise SourceError(f"{folder} cannot be read: {error.strerror}.") from None
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            yield from _below(Path(entry.path))
        elif entry.is_file():
            yield Path(entry.path)


def _file(path: Path) -> File:
    try:
        str(path).encode()
        found = path.stat()
    except UnicodeEncodeError:
        raise SourceError(f"The name {str(path)!a} is not UTF-8: give the file another.") from None
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror}.") from None
    return File(
        name=str(path),
        version=f"{found.st_size}-{found.st_mtime_ns}",
        size=found.st_size,
        changed_at=datetime.fromtimestamp(found.st_mtime, UTC),
        open=lambda at: _chunks(path, at),
    )


def _chunks(path: Path, at: int) -> Iterator[bytes]:
    try:
        with path.open("rb") as file:
            file.seek(at)
            while chunk := file.read(CHUNK):
                yield chunk
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror}.") from None
