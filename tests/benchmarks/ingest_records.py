"""What Contact Lens sends of calls in progress: records of one segment, each with ids that no other record has.

A record is made from its number alone, so that whoever asks again for a place in the stream gets the same one again.
"""

from __future__ import annotations

from dataclasses import dataclass

ARN = "arn:aws:connect:us-east-1:123456789012:instance/00000000-0000-4000-8000-000000000001"

# As people speak: most turns tell no figures, some begin or end with one, a few tell numbers.
SAID = (
    "Thank you for calling, how can I help you today?",
    "Hi, my parcel was to come on Tuesday, and nobody rang the bell.",
    "I am sorry to hear that. May I have your order number, please?",
    "It is A X 8 7 6 2 9 3.",
    "One moment please, I will look it up for you.",
    "Sure, take your time.",
    "I see that the courier was there, but could not find the entrance of the building.",
    "That is strange, because there is only the one.",
    "Oh, and you can reach me at 202 555 0142 in the afternoon.",
    "Let me note that down. Is there anything else that the driver should know about the house?",
    "No, that is all, I think.",
    "Then I will book a second delivery for tomorrow between two and four.",
    "Will I get a message when it is on its way?",
    "Yes, you will get one about an hour before the driver arrives.",
    "Perfect, thank you so much for your help!",
    "You are welcome, and thank you for your patience.",
)
SENTIMENTS = ("NEUTRAL", "NEUTRAL", "POSITIVE", "NEGATIVE", "NEUTRAL")
ROLES = ("AGENT", "CUSTOMER")
TURN_MS = 3000

_RECORD = (
    '{"Version": "1.0.0", "Channel": "VOICE", "AccountId": "123456789012", "InstanceId":'
    ' "00000000-0000-4000-8000-000000000001", "ContactId": "%s", "LanguageCode": "en-US", "EventType": "SEGMENTS",'
    ' "Segments": [%s]}'
)
_PIECE = (
    '{"Utterance": {"Id": "%s", "TranscriptId": "%s", "ParticipantId": "%s", "ParticipantRole": "%s",'
    ' "PartialContent": "%s", "BeginOffsetMillis": %d, "EndOffsetMillis": %d}}'
)
_FINAL = (
    '{"Transcript": {"Id": "%s", "ParticipantId": "%s", "ParticipantRole": "%s", "Content": "%s",'
    ' "BeginOffsetMillis": %d, "EndOffsetMillis": %d, "Sentiment": "%s"}}'
)
_STARTED = (
    '{"Version": "1.0.0", "Channel": "VOICE", "AccountId": "123456789012", "InstanceId":'
    ' "00000000-0000-4000-8000-000000000001", "ContactId": "%s", "LanguageCode": "en-US", "EventType": "STARTED"}'
)


def contact_ids(group: int, count: int) -> list[str]:
    return [f"20000000-0000-4000-{group:04}-{n:012}" for n in range(count)]


def started(contact_id: str) -> bytes:
    return (_STARTED % contact_id).encode()


@dataclass
class Talks:
    """The records of many calls, by turns of the calls: each says a piece, the rest of it, and the turn as a whole."""

    contact_ids: list[str]
    seed: int
    first_turn: int = 1  # in each call

    def record(self, number: int) -> bytes:
        step, talk = divmod(number, len(self.contact_ids))
        turn, part = divmod(step + talk, 3)  # not all calls are at the same part
        return self._of(talk, turn, part)

    def new_turn(self, number: int) -> bytes:
        """One that makes a row: by turns the first piece and the final of a turn that says nothing else."""
        turn, talk = divmod(number, len(self.contact_ids))
        return self._of(talk, turn, 2 if (turn + talk) % 2 else 0)

    def _of(self, talk: int, turn: int, part: int) -> bytes:
        role = ROLES[turn % 2]
        begin_ms = (self.first_turn + turn) * TURN_MS
        said = SAID[(self.seed + 7 * talk + 3 * turn) % len(SAID)]
        turn_id = self.turn_id(talk, turn)
        if part == 2:
            sentiment = SENTIMENTS[(talk + turn) % len(SENTIMENTS)]
            segment = _FINAL % (turn_id, role, role, said, begin_ms, begin_ms + TURN_MS - 200, sentiment)
        else:
            half = len(said) // 2
            words, at_ms = (said[:half], begin_ms) if part == 0 else (said[half:], begin_ms + TURN_MS // 2)
            segment = _PIECE % (f"{turn_id[:-1]}{part + 1}", turn_id, role, role, words, at_ms, at_ms + 1200)
        return (_RECORD % (self.contact_ids[talk], segment)).encode()

    def turn_id(self, talk: int, turn: int) -> str:
        # Mixed up, as real ids are: in order they would fall on one page of the index.
        mixed = (talk * 0x9E3779B97F4A7C15 + turn * 0xC2B2AE3D27D4EB4F + self.seed) & 0xFFFFFFFFFFFFFFFF
        return f"{mixed:016x}-{talk:06x}-{turn:06x}-0"
