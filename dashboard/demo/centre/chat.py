"""What Contact Lens says of a chat: real-time records, version 2.0.0."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID

from dashboard.demo.centre.call import Call, Record
from dashboard.demo.centre.dialogue import Dialogue
from dashboard.demo.centre.floor import ACCOUNT_ID, INSTANCE_ID
from dashboard.demo.centre.speech import Spoken
from dashboard.demo.centre.voice import issues, summarise

_EVENTS = "application/vnd.amazonaws.connect.event.participant"


def begins_at(call: Call) -> float:
    """The moment of STARTED."""
    return _first_message_at(call) - 2


def _first_message_at(call: Call) -> float:
    return (call.system_at or call.began_at) + call.talk[0].begins_ms / 1000


def records(call: Call, dialogue: Dialogue, rng: random.Random) -> Iterator[tuple[float, Record]]:
    """(moment, record) from STARTED to COMPLETED."""
    zero = call.system_at or call.began_at
    people = {role: _participant(call, role, rng) for role in ("AGENT", "CUSTOMER")}

    def segment(at: float, kind: str, **said: object) -> tuple[float, Record]:
        return at, _segments(call, dialogue, {kind: said})

    yield begins_at(call), _frame(call, dialogue, "STARTED", "StreamingSettings")
    began_at = _first_message_at(call)
    for person in people.values():
        yield segment(began_at - 1, "Event", **_event("joined", person, began_at - 1.5, rng))
    for spoken in call.talk:
        for after_s, kind, said in _said(spoken, people[spoken.turn.role], zero, rng):
            yield segment(zero + spoken.ends_ms / 1000 + after_s, kind, **said)
    left_at = call.agent_left_at or call.ended_at
    leaver = people["AGENT" if call.leg.reason == "AGENT_NETWORK_DISCONNECT" else "CUSTOMER"]
    yield segment(left_at + 0.6, "Event", **_event("left", leaver, left_at, rng))
    yield segment(left_at + 2, "PostContactSummary", **summarise(call, dialogue))
    yield left_at + 2.5, _frame(call, dialogue, "COMPLETED", "StreamingEventSettings")


def _frame(call: Call, dialogue: Dialogue, event: str, settings: str) -> Record:
    return {
        "Version": "2.0.0",
        "Channel": "CHAT",
        "AccountId": ACCOUNT_ID,
        "InstanceId": INSTANCE_ID,
        "ContactId": call.id,
        "StreamingEventType": event,
        settings: {"LanguageCode": dialogue.language, "Output": "Raw"},
    }


def _segments(call: Call, dialogue: Dialogue, segment: Record) -> Record:
    frame = _frame(call, dialogue, "SEGMENTS", "StreamingSettings")
    return {**frame, "OutputType": "Raw", "Segments": [segment]}


def _participant(call: Call, role: str, rng: random.Random) -> Record:
    name = call.agent.first_name if role == "AGENT" else call.caller.name
    return {"ParticipantId": _id(rng), "ParticipantRole": role, "DisplayName": name}


def _event(kind: str, person: Record, at: float, rng: random.Random) -> Record:
    return {"Id": _id(rng), **person, "EventType": f"{_EVENTS}.{kind}", "Time": _time(at)}


def _said(spoken: Spoken, person: Record, zero: int, rng: random.Random) -> Iterator[tuple[float, str, Record]]:
    """(seconds after it was sent, kind, segment)"""
    message_id, turn = _id(rng), spoken.turn
    time = _time(zero + spoken.ends_ms / 1000)
    message = {"Id": message_id, **person, "Content": turn.content, "ContentType": "text/plain", "Time": time}
    yield rng.uniform(0.3, 0.9), "Transcript", {**message, "Sentiment": turn.mood}
    for found in issues(spoken):
        item = {"Content": turn.issue, "Id": message_id, **found}
        yield 1.2, "Issues", {"IssuesDetected": [{"TranscriptItems": [item]}]}
    if turn.category:
        item = {"Id": message_id, "CharacterOffsets": {"BeginOffsetChar": 0, "EndOffsetChar": len(turn.content)}}
        details = {turn.category: {"PointsOfInterest": [{"TranscriptItems": [item]}]}}
        yield 1.4, "Categories", {"MatchedDetails": details}
    if turn.attachment:
        file = {"AttachmentName": turn.attachment, "ContentType": "image/jpeg", "AttachmentId": _id(rng)}
        attachments = [{**file, "Status": "APPROVED"}]
        yield 1.6, "Attachments", {"Id": _id(rng), **person, "Attachments": attachments, "Time": time}


def _time(at: float) -> Record:
    moment = datetime.fromtimestamp(at, UTC)
    return {"AbsoluteTime": f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03}Z"}


def _id(rng: random.Random) -> str:
    return str(UUID(int=rng.getrandbits(128), version=4))
