"""Amazon's framing of events on one long answer: application/vnd.amazon.eventstream."""

import struct
from binascii import crc32
from typing import Any

import msgspec

CONTENT_TYPE = "application/vnd.amazon.eventstream"

_STRING = 7
_CRC_BYTES = 4
_PRELUDE_BYTES = 12


def event(kind: str, payload: dict[str, Any]) -> bytes:
    return _message({":message-type": "event", ":event-type": kind}, payload)


def exception(code: str, message: str) -> bytes:
    return _message({":message-type": "exception", ":exception-type": code}, {"message": message})


def _message(headers: dict[str, str], payload: dict[str, Any]) -> bytes:
    """Lengths, their checksum, headers, payload, and the checksum of all of it."""
    packed = b"".join(map(_header, *zip(*headers.items(), (":content-type", "application/json"), strict=True)))
    body = msgspec.json.encode(payload)
    lengths = struct.pack("!II", _PRELUDE_BYTES + len(packed) + len(body) + _CRC_BYTES, len(packed))
    message = lengths + struct.pack("!I", crc32(lengths)) + packed + body
    return message + struct.pack("!I", crc32(message))


def _header(name: str, value: str) -> bytes:
    return struct.pack("!B", len(name)) + name.encode() + struct.pack("!BH", _STRING, len(value)) + value.encode()
