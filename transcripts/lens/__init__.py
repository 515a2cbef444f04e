"""Contact Lens in real time: one delivered record, decoded and checked."""

from collections.abc import Sequence
from typing import Literal

import msgspec
from msgspec import UNSET, Struct, field

from calls.connect.kinds import Unusable
from transcripts.lens.chat import ChatRecord
from transcripts.lens.chat import Segment as ChatSegment
from transcripts.lens.items import Item
from transcripts.lens.voice import Segment as VoiceSegment
from transcripts.lens.voice import VoiceRecord

EventKind = Literal["STARTED", "SEGMENTS", "COMPLETED", "FAILED"]

_KINDS: dict[str, EventKind] = {
    "STARTED": "STARTED",
    "SEGMENTS": "SEGMENTS",
    "COMPLETED": "COMPLETED",
    "FAILED": "FAILED",
}


class LensEvent(Struct, frozen=True, gc=False):
    contact_id: str
    instance_id: str | None  # None: the record does not say, so it is the stream's
    channel: str
    event: EventKind
    language: str | None
    items: list[Item]
    unknown: int  # members of segments that we do not know, which are left out


def decode(record: dict[str, object]) -> LensEvent:
    """The event in one parsed record, told voice from chat by its keys.

    Raises Unusable, which names a path and never its content.
    """
    is_chat = "StreamingEventType" in record
    if not is_chat and "EventType" not in record:
        raise Unusable("Contact Lens: neither EventType nor StreamingEventType")
    try:
        found = msgspec.convert(record, ChatRecord) if is_chat else msgspec.convert(record, VoiceRecord)
    except msgspec.ValidationError as error:
        raise Unusable(f"Contact Lens: {error}") from None
    if found.event_type not in _KINDS:
        raise Unusable(f"Contact Lens: unknown kind of event - at `$.{'Streaming' if is_chat else ''}EventType`")
    return LensEvent(
        contact_id=found.contact_id,
        instance_id=found.instance_id or None,
        channel=found.channel,
        event=_KINDS[found.event_type],
        language=found.language,
        items=found.items(),
        unknown=_unknown(record, _IN_CHAT if is_chat else _IN_VOICE),
    )


class _KnownSegment(VoiceSegment, frozen=True, gc=False, forbid_unknown_fields=True):
    pass


class _PlainRecord(VoiceRecord, frozen=True, gc=False):
    """A record of voice that nothing is to be said of: its marks are those of no other kind."""

    channel: Literal["VOICE"]
    event_type: EventKind
    segments: Sequence[_KnownSegment] | None = None
    of_chat: object = field(name="StreamingEventType", default=UNSET)
    of_contact_records: object = field(name="AWSContactTraceRecordFormatVersion", default=UNSET)
    of_the_bus: object = field(name="detail-type", default=UNSET)


_PLAIN = msgspec.json.Decoder(_PlainRecord)
# msgspec looks a class over when it is first used, and two threads that do so at once bring the process down.
msgspec.json.Decoder(ChatRecord)
msgspec.json.Decoder(VoiceRecord)


def decode_plain(data: bytes) -> LensEvent | None:
    """What `decode` makes of the record in `data`, at a quarter of the cost; None where that is not sure."""
    try:
        found = _PLAIN.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    if (found.of_chat, found.of_contact_records, found.of_the_bus) != (UNSET, UNSET, UNSET):
        return None
    return LensEvent(
        found.contact_id, found.instance_id or None, found.channel, found.event_type, found.language, found.items(), 0
    )


def _members(segment: type[Struct]) -> frozenset[str]:
    return frozenset(each.encode_name for each in msgspec.structs.fields(segment))


_IN_CHAT, _IN_VOICE = _members(ChatSegment), _members(VoiceSegment)


def _unknown(record: dict[str, object], known: frozenset[str]) -> int:
    segments = record.get("Segments")
    return sum(len(each.keys() - known) for each in segments) if isinstance(segments, list) else 0
