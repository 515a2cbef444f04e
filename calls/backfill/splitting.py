"""Where one JSON object ends and the next begins, in bytes that come piece by piece and may be broken.

Back to back as Firehose writes them, one on each line, or in arrays: brackets and strings decide, never lines alone.
"""

import re
from collections import deque
from collections.abc import Iterable, Iterator

from calls.connect.kinds import MAX_BYTES, MAX_DEPTH

# What is longer can be no record of Kinesis: its beginning goes on, as a record that nobody can use.
LONGEST = max(MAX_BYTES, 10 * 1024 * 1024) + 1

_BLANK = b" \t\r\n"
_SPACE = rb"[ \t\r\n]*+"
_VALUE_ENDS = _SPACE + rb"[,:\]}]"
_TEXT = rb'"(?:[^"\\\n]++|\\.)*+'  # no string crosses a line, so a torn one ends there
_SCALAR = rb'[^ \t\r\n,:{}\[\]"]++'
_BETWEEN = rb"(?:[ \t\r\n,:]++|(?:" + _SCALAR + rb"|" + _TEXT + rb'")(?=' + _VALUE_ENDS + rb"))*+"
# From one bracket to the next within the regex engine; what cannot stand between them ends the match.
_TO_BRACKET = re.compile(_BETWEEN + rb"(?:(?P<opens>\{(?=" + _SPACE + rb'["}])|\[)|[}\]])')
_MAY_GO_ON = re.compile(
    _BETWEEN + rb"(?:" + _TEXT + rb'(?:"' + _SPACE + rb"|\\)?|" + _SCALAR + _SPACE + rb"|\{" + _SPACE + rb")?\Z"
)
_CHILD_ENDS = re.compile(_VALUE_ENDS)
_NEIGHBOUR = re.compile(_SPACE + rb"(?:\{|\Z)")
_ONLY_SPACE = re.compile(_SPACE + rb"\Z")
_BEGINS = re.compile(rb"\{" + _SPACE + rb'["}]')
_MAY_BEGIN = re.compile(rb"\{" + _SPACE + rb"\Z")
_BETWEEN_OBJECTS = re.compile(rb"[ \t\r\n,\[\]]*+")
_NO_OBJECT = re.compile(rb"[^{\n]++")
# Where reading goes on after something broken.
_NEXT = re.compile(rb"\}(?=[ \t\r\n]{0,1000}+\{)|\n(?=\{)")
# Of an array, a torn object takes those behind it for its own, until it is too long.
_NEXT_OF_LONG = re.compile(rb"\}(?=[ \t\r\n,]{0,1000}+\{)|\n(?=\{)")
_NEXT_LONGEST = 1002


def objects(chunks: Iterable[bytes]) -> Iterator[tuple[bytes, int]]:
    """Each object with the offset behind it, where reading may begin anew; what is broken comes as it stands.

    A broken object takes no more than its neighbour with it. Holds no more than LONGEST and a chunk.
    """
    splitter = _Splitter()
    for chunk in chunks:
        yield from splitter.take(chunk)
    yield from splitter.take(b"", is_last=True)


class _Splitter:
    """What is held of the stream: `buffer`, which begins at `base`; the object at `top`, looked at up to `at`."""

    def __init__(self) -> None:
        self.buffer, self.base, self.is_last = b"", 0, False
        self.wanted = 0
        self._begin(0)

    def _begin(self, top: int) -> None:
        self.top = self.at = top
        self.depth = 0
        self.starts: deque[int] = deque(maxlen=MAX_DEPTH)  # of the innermost open brackets
        self.is_broken = False
        self.head = b""  # of a broken one that is longer than we keep

    def take(self, chunk: bytes, *, is_last: bool = False) -> Iterator[tuple[bytes, int]]:
        self._forget()
        self.buffer += chunk
        self.is_last = is_last
        if len(self.buffer) < self.wanted and not is_last:
            return
        while (end := self._end()) is not None:
            piece = (self.head or self.buffer[self.top : end][:LONGEST]).strip(_BLANK)
            self._begin(end)
            if piece:
                yield piece, self.base + end
        # Some of it is looked at again each time: seldom enough that the work does not grow faster than what comes.
        self.wanted = min(2 * (len(self.buffer) - self.top), LONGEST)

    def _forget(self) -> None:
        self.buffer = self.buffer[self.top :]
        self.base += self.top
        self.at -= self.top
        self.starts = deque((start - self.top for start in self.starts), MAX_DEPTH)
        self.top = 0

    def _end(self) -> int | None:
        """Where the object ends; None if more bytes are needed to know."""
        if not self.depth and not self.is_broken:
            self.top = self.at = _end_of(_BETWEEN_OBJECTS, self.buffer, self.top)
            if self.at == len(self.buffer):
                return None
            if self.buffer[self.at : self.at + 1] != b"{":
                return self._end_of_no_object()
            self._open()
        return self._end_broken() if self.is_broken else self._end_inside()

    def _end_of_no_object(self) -> int | None:
        end = _end_of(_NO_OBJECT, self.buffer, self.top)
        if end - self.top > LONGEST:
            return self._break(end)
        return None if end == len(self.buffer) and not self.is_last else end

    def _open(self) -> None:
        if _BEGINS.match(self.buffer, self.at):
            self._down(self.at)
        elif self.is_last or not _MAY_BEGIN.match(self.buffer, self.at):
            self._break(self.at)

    def _down(self, start: int) -> None:
        self.depth += 1
        self.starts.append(start)
        self.at = start + 1

    def _end_inside(self) -> int | None:
        while self.depth:
            found = _TO_BRACKET.match(self.buffer, self.at)
            if self.at - self.top > LONGEST or found is None:
                return self._wait_or_break()
            if found["opens"]:
                self._down(found.end() - 1)
            elif self.depth == 1:
                return found.end()
            elif _CHILD_ENDS.match(self.buffer, found.end()):
                self._up(found.end())
            else:
                return self._end_at_child(found.end())
        return None  # a bracket that may yet begin an object

    def _up(self, end: int) -> None:
        self.depth -= 1
        if self.starts:
            self.starts.pop()
        self.at = end

    def _wait_or_break(self) -> int | None:
        is_short = len(self.buffer) - self.top <= LONGEST
        if is_short and not self.is_last and _MAY_GO_ON.match(self.buffer, self.at):
            return None
        return self._break(self.at)

    def _end_at_child(self, end: int) -> int | None:
        """After a value inside an object comes what cannot: the object around it is torn.

        If another object follows, or nothing, then the value is the record after the torn one.
        """
        if not self.is_last and _ONLY_SPACE.match(self.buffer, end) and len(self.buffer) - self.top <= LONGEST:
            return None
        if self.starts and _NEIGHBOUR.match(self.buffer, end):
            start = self.starts[-1]
            if self.buffer[start : start + 1] == b"{":
                return start
        return self._break(end - 1)

    def _break(self, at: int) -> int | None:
        self.is_broken, self.at = True, at
        return self._end_broken()

    def _end_broken(self) -> int | None:
        is_long = bool(self.head) or self.at - self.top > LONGEST
        if found := (_NEXT_OF_LONG if is_long else _NEXT).search(self.buffer, self.at):
            return found.end()
        if self.is_last:
            return len(self.buffer)
        self.at = max(self.at, len(self.buffer) - _NEXT_LONGEST)
        if self.at - self.top > LONGEST:
            self.head = self.head or self.buffer[self.top : self.top + LONGEST]
            self.top = self.at
        return None


def _end_of(pattern: re.Pattern[bytes], buffer: bytes, at: int) -> int:
    found = pattern.match(buffer, at)
    return found.end() if found else at
