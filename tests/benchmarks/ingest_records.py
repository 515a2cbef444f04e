"""What Contact Lens sends of calls in progress: records of one segment, each with ids that no other record has."""

import json
import random
from dataclasses import dataclass, field
from uuid import UUID

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
SENTIMENTS = ("NEUTRAL", "NEUTRAL", "POSITIVE", "NEGATIVE")
TURN_MS = 3000


@dataclass
class Talk:
    """A call in progress: its turns follow each other, each told by a piece and then by its final."""

    contact_id: str
    turns: int = 0
    pieces: dict[str, object] = field(default_factory=dict)


class Talks:
    """Records of many calls, by turns. `random` only chooses words: ids are counted, so none is ever said twice."""

    def __init__(self, contact_ids: list[str], seed: int, turns: int = 0) -> None:
        self.talks = [Talk(contact_id, turns) for contact_id in contact_ids]
        self._random = random.Random(seed)  # noqa: S311 - words, not secrets
        self._run = self._random.getrandbits(64)
        self._count = 0
        self._next = 0

    def new_turns(self, count: int) -> list[bytes]:
        """Records of as many calls, each of which makes a new row: half of them pieces, half of them finals."""
        return [self._of_new_turn(self._talk()) for _ in range(count)]

    def _talk(self) -> Talk:
        talk = self.talks[self._next % len(self.talks)]
        self._next += 1
        return talk

    def _of_new_turn(self, talk: Talk) -> bytes:
        talk.turns += 1
        is_final = self._next % 2 == talk.turns % 2
        turn_id = self.new_id()
        return record(talk.contact_id, self._final(talk, turn_id) if is_final else self._piece(talk, turn_id))

    def new_id(self) -> str:
        self._count += 1
        return str(UUID(int=self._run << 64 | self._count))

    def _piece(self, talk: Talk, turn_id: str) -> dict[str, object]:
        role, begin_ms = role_of(talk.turns), talk.turns * TURN_MS
        return {
            "Utterance": {
                "Id": self.new_id(), "TranscriptId": turn_id, "ParticipantId": role, "ParticipantRole": role,
                "PartialContent": self._random.choice(SAID), "BeginOffsetMillis": begin_ms,
                "EndOffsetMillis": begin_ms + TURN_MS // 2,
            }
        }  # fmt: skip

    def _final(self, talk: Talk, turn_id: str) -> dict[str, object]:
        role, begin_ms = role_of(talk.turns), talk.turns * TURN_MS
        return {
            "Transcript": {
                "Id": turn_id, "ParticipantId": role, "ParticipantRole": role, "Content": self._random.choice(SAID),
                "BeginOffsetMillis": begin_ms, "EndOffsetMillis": begin_ms + TURN_MS - 200,
                "Sentiment": self._random.choice(SENTIMENTS),
            }
        }  # fmt: skip


def role_of(turn: int) -> str:
    return "CUSTOMER" if turn % 2 else "AGENT"


def record(contact_id: str, *segments: dict[str, object]) -> bytes:
    return json.dumps(
        {
            "Version": "1.0.0", "Channel": "VOICE", "AccountId": "123456789012",
            "InstanceId": "00000000-0000-4000-8000-000000000001", "ContactId": contact_id, "LanguageCode": "en-US",
            "EventType": "SEGMENTS", "Segments": segments,
        }
    ).encode()  # fmt: skip
