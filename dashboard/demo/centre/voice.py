"""What Contact Lens says of a phone call while it is spoken: real-time records, version 1.0.0."""

import random
from collections.abc import Iterator
from uuid import UUID

from dashboard.demo.centre.call import Call, Record
from dashboard.demo.centre.dialogue import Dialogue
from dashboard.demo.centre.floor import ACCOUNT_ID, INSTANCE_ID
from dashboard.demo.centre.speech import Piece, Spoken

MOOD_CATEGORY = "CustomerUpset"
_PAUSED, _PAUSED_TURNS = 0.1, 5
_SHORT = 6  # turns; less than that is not worth a summary


def begins_at(call: Call) -> float:
    """The moment of STARTED."""
    return (call.system_at or call.began_at) + call.talk[0].begins_ms / 1000 - 0.4


def records(call: Call, dialogue: Dialogue, rng: random.Random) -> Iterator[tuple[float, Record]]:
    """(moment, record) from STARTED to COMPLETED or FAILED; now and then the end never comes."""
    zero = call.system_at or call.began_at
    fate = rng.choices(("COMPLETED", "FAILED", None), (94, 3, 3))[0]
    heard = call.talk if fate != "FAILED" else call.talk[: max(2, len(call.talk) // 2)]

    def of(event: str, **more: object) -> Record:
        return {**_head(call, dialogue.language), "EventType": event, **more}

    yield begins_at(call), of("STARTED")
    paused = _paused(heard, rng)
    for spoken in (*heard[: paused.start], *heard[paused.stop :]):
        for after_ms, segment in _segments(spoken, rng):
            yield zero + after_ms / 1000, of("SEGMENTS", Segments=[segment])
    if _is_upset(heard):
        details: Record = {MOOD_CATEGORY: {"PointsOfInterest": []}}
        category = {"MatchedCategories": [MOOD_CATEGORY], "MatchedDetails": details}
        yield zero + heard[-1].ends_ms / 1000 + 1.6, of("SEGMENTS", Segments=[{"Categories": category}])
    if fate == "FAILED":
        yield zero + heard[-1].ends_ms / 1000 + 2, of("FAILED")
        return
    ended_at = (call.agent_left_at or call.ended_at) + rng.uniform(1.8, 2.6)
    summary = {"PostContactSummary": summarise(call, dialogue)}
    yield ended_at, of("SEGMENTS", Segments=[summary])
    if fate:
        yield ended_at + 0.5, of("COMPLETED")


def _paused(heard: list[Spoken], rng: random.Random) -> range:
    """Turns that were not analysed: now and then an agent pauses that, while something private is said."""
    if rng.random() >= _PAUSED or len(heard) <= 2 * _PAUSED_TURNS:
        return range(0)
    first = rng.randint(2, len(heard) - _PAUSED_TURNS - 2)
    return range(first, first + _PAUSED_TURNS)


def summarise(call: Call, dialogue: Dialogue) -> Record:
    if len(call.talk) < _SHORT or len(call.talk) < len(dialogue.turns):
        return {"Status": "FAILED", "FailureCode": "INSUFFICIENT_CONVERSATION_CONTENT"}
    return {"Content": dialogue.summary, "Status": "COMPLETED"}


def issues(spoken: Spoken) -> list[Record]:
    content, issue = spoken.turn.content, spoken.turn.issue
    if issue is None:
        return []
    begin = content.index(issue)
    return [{"CharacterOffsets": {"BeginOffsetChar": begin, "EndOffsetChar": begin + len(issue)}}]


def _head(call: Call, language: str) -> Record:
    return {
        "Version": "1.0.0",
        "Channel": "VOICE",
        "AccountId": ACCOUNT_ID,
        "InstanceId": INSTANCE_ID,
        "ContactId": call.id,
        "LanguageCode": language,
    }


def _segments(spoken: Spoken, rng: random.Random) -> Iterator[tuple[float, Record]]:
    """(milliseconds since the start, segment): the pieces as they are said, then what replaces them."""
    transcript_id = _id(rng)
    for piece in spoken.pieces:
        heard_ms = piece.ends_ms + rng.uniform(250, 600)
        yield heard_ms, {"Utterance": {"Id": _id(rng), "TranscriptId": transcript_id, **_heard(spoken, piece)}}
    if spoken.is_cut:
        return
    final_ms = spoken.ends_ms + rng.uniform(700, 1200)
    yield final_ms, {"Transcript": _transcript(spoken, transcript_id)}
    if spoken.turn.category:
        yield final_ms + rng.uniform(200, 700), {"Categories": _category(spoken, spoken.turn.category)}


def _heard(spoken: Spoken, piece: Piece) -> Record:
    return {
        "ParticipantId": spoken.turn.role,
        "ParticipantRole": spoken.turn.role,
        "PartialContent": piece.text,
        "BeginOffsetMillis": piece.begins_ms,
        "EndOffsetMillis": piece.ends_ms,
    }


def _transcript(spoken: Spoken, transcript_id: str) -> Record:
    transcript = {
        "Id": transcript_id,
        "ParticipantId": spoken.turn.role,
        "ParticipantRole": spoken.turn.role,
        "Content": spoken.turn.content,
        "BeginOffsetMillis": spoken.begins_ms,
        "EndOffsetMillis": spoken.ends_ms,
        "Sentiment": spoken.turn.mood,
    }
    found = issues(spoken)
    return {**transcript, "IssuesDetected": found} if found else transcript


def _category(spoken: Spoken, name: str) -> Record:
    point = {"BeginOffsetMillis": spoken.begins_ms, "EndOffsetMillis": spoken.ends_ms}
    return {"MatchedCategories": [name], "MatchedDetails": {name: {"PointsOfInterest": [point]}}}


def _is_upset(heard: list[Spoken]) -> bool:
    moods = [each.turn.mood for each in heard if each.turn.role == "CUSTOMER"]
    return moods.count("NEGATIVE") >= 3 and moods[-1:] == ["NEGATIVE"]


def _id(rng: random.Random) -> str:
    return str(UUID(int=rng.getrandbits(128), version=4))
