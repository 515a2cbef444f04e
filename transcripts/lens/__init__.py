"""Contact Lens in real time: one delivered record, decoded and checked."""

from typing import Literal

import msgspec
from msgspec import Struct

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


class LensEvent(Struct, frozen=True):
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


def _members(segment: type[Struct]) -> frozenset[str]:
    return frozenset(each.encode_name for each in msgspec.structs.fields(segment))


_IN_CHAT, _IN_VOICE = _members(ChatSegment), _members(VoiceSegment)


def _unknown(record: dict[str, object], known: frozenset[str]) -> int:
    segments = record.get("Segments")
    return sum(len(each.keys() - known) for each in segments) if isinstance(segments, list) else 0
