"""Gzip as it comes: unzipped a chunk at a time, however much a chunk of it holds, and several members back to back."""

import zlib
from collections.abc import Iterable, Iterator

MAGIC = b"\x1f\x8b"
CHUNK = 256 * 1024


class CutShort(Exception):  # noqa: N818
    """The data ends, or stops being gzip, before its end; what came before it was good."""


def unzipped(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Raises CutShort, after all that could be unzipped."""
    member = None
    for chunk in chunks:
        data = chunk if member else chunk.lstrip(b"\0")  # some writers pad members with zeros
        while data:
            member = member or zlib.decompressobj(wbits=31)
            try:
                out = member.decompress(data, CHUNK)
            except zlib.error:
                raise CutShort from None
            if out:
                yield out
            data = member.unconsumed_tail
            if member.eof:
                data, member = member.unused_data.lstrip(b"\0"), None
    if member:
        raise CutShort
