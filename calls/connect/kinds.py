"""What one Kinesis record holds: the JSON objects in it, and which of Amazon Connect's streams each comes from."""

import json
import math
import re
from collections.abc import Iterator
from itertools import islice
from typing import Literal

Kind = Literal["contact-records", "contact-lens", "agent-events", "contact-events", "cases-events"]

MAX_BYTES = 1024 * 1024
MAX_DEPTH = 64
# Objects, lists and the values in them. A contact record has about a hundred; a megabyte of {} would be 350,000.
MAX_PARTS = 50_000
MAX_OBJECTS = 2000
# Set on a record in which characters that PostgreSQL refuses were replaced, so that its page can say so.
REPLACED = "ringback:replaced"

_LENS_EVENTS = ("STARTED", "SEGMENTS", "COMPLETED", "FAILED")
_AGENT_EVENTS = ("LOGIN", "LOGOUT", "STATE_CHANGE", "HEART_BEAT")
_BUS_EVENTS: dict[object, Kind] = {
    "Amazon Connect Contact Event": "contact-events",
    "Amazon Connect Cases Event": "cases-events",
}
_CONTACT_RECORD_KEYS = {"ContactId", "Channel", "InitiationMethod"}
_SPACE = re.compile(r"[ \t\n\r]*")
_REFUSED = re.compile("[\x00\ud800-\udfff]")
# Only an escape can bring a NUL or a lone surrogate into well-formed UTF-8 JSON.
_MAY_BE_REFUSED = re.compile(rb"\\u(0000|[dD][89a-fA-F])")


class Unusable(ValueError):  # noqa: N818
    """A record that cannot be used. The message is for people and never quotes the record."""


def kind_of(record: dict[str, object]) -> Kind | None:
    """The stream that a record belongs to, by its keys and not by where it came from; None when unknown."""
    if "AWSContactTraceRecordFormatVersion" in record:
        return "contact-records"
    if "detail-type" in record:
        name = record["detail-type"]
        return _BUS_EVENTS.get(name) if isinstance(name, str) else None
    if "StreamingEventType" in record:
        return "contact-lens"
    if "EventType" in record:
        return _kind_of_event(record)
    # Cut-down contact records lack the version.
    return "contact-records" if record.keys() >= _CONTACT_RECORD_KEYS else None


def _kind_of_event(record: dict[str, object]) -> Kind | None:
    if record["EventType"] in _AGENT_EVENTS and "AgentARN" in record:
        return "agent-events"
    if record["EventType"] in _LENS_EVENTS and record.get("Channel") == "VOICE":
        return "contact-lens"
    return None


def is_plain(data: bytes) -> bool:
    """Whether nothing of the data needs to be replaced, and it cannot have too many parts or be nested too deep."""
    has_escapes = b"\\" in data and b"\\u" in data  # one byte is looked for in a third of the time of two
    return not has_escapes and len(data) <= MAX_PARTS and data.count(b"{") + data.count(b"[") <= MAX_DEPTH


def parse(data: bytes) -> dict[str, object]:
    """The one JSON object in `data`; raises Unusable."""
    objects = parse_many(data)
    if len(objects) > 1:
        raise Unusable("more than one object")
    return objects[0]


def parse_many(data: bytes) -> list[dict[str, object]]:
    """The JSON objects in `data`, which Firehose puts back to back; raises Unusable when any of them is broken."""
    if len(data) > MAX_BYTES:
        raise Unusable("over 1 MiB")
    try:
        text = data.decode()
    except UnicodeDecodeError:
        raise Unusable("compressed (gzip)" if data.startswith(b"\x1f\x8b") else "not UTF-8") from None
    brackets = data.count(b"{") + data.count(b"[")
    if brackets + data.count(b",") > MAX_PARTS:
        raise Unusable("too many parts")
    objects = list(islice(_objects(text), MAX_OBJECTS + 1))
    if not objects:
        raise Unusable("empty")
    if len(objects) > MAX_OBJECTS:
        raise Unusable("too many objects")
    # Nesting cannot be deeper than there are brackets, and an ordinary record has few: it is not walked.
    if brackets > MAX_DEPTH:
        for each in objects:
            _check_depth(each)
    return [_without_refused(each) for each in objects] if _MAY_BE_REFUSED.search(data) else objects


def _objects(text: str) -> Iterator[dict[str, object]]:
    at = _after_space(text, 0)
    while at < len(text):
        try:
            value, at = _DECODER.raw_decode(text, at)
        except RecursionError:
            raise Unusable("too deep") from None
        except json.JSONDecodeError:
            raise Unusable("not JSON") from None
        if not isinstance(value, dict):
            raise Unusable("not an object")
        yield value
        at = _after_space(text, at)


def _after_space(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _whole_number(text: str) -> int:
    # Beyond 64 bits neither the database's bigint nor other JSON libraries follow; int() of many digits is slow.
    if len(text) > 20 or not -(2**63) <= int(text) < 2**63:
        raise Unusable("a number out of range")
    return int(text)


def _fraction(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise Unusable("a number out of range")
    return value


def _not_json(_: str) -> None:
    raise Unusable("not JSON")  # NaN and Infinity, which Python would take


_DECODER = json.JSONDecoder(parse_int=_whole_number, parse_float=_fraction, parse_constant=_not_json)


def _check_depth(record: dict[str, object]) -> None:
    level: list[object] = [record]
    for _ in range(MAX_DEPTH):
        level = [child for value in level for child in _children(value)]
        if not level:
            return
    raise Unusable("too deep")


def _children(value: object) -> list[object]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def _without_refused(record: dict[str, object]) -> dict[str, object]:
    """The record with U+FFFD for each NUL and lone surrogate, marked if there were any: PostgreSQL takes neither."""
    clean = _clean_object(record)
    return record if clean == record else {**clean, REPLACED: True}


def _clean_object(value: dict[str, object]) -> dict[str, object]:
    return {clean_text(key): _clean(each) for key, each in value.items()}


def clean_text(text: str) -> str:
    return _REFUSED.sub("\ufffd", text)


def _clean(value: object) -> object:
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, list):
        return [_clean(each) for each in value]
    return _clean_object(value) if isinstance(value, dict) else value
