"""An event that comes twice in a batch goes the long way: the rows must be those of the short one."""

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest

from calls.streams.arrival import Arrival
from tests.calls.world import Record, World
from tests.transcripts.test_intake import chat, final, lens, piece
from transcripts.hearing import HeardCall
from transcripts.lens import decode
from transcripts.models import Conversation, Segment
from transcripts.plain import Plain, plain_item

TEXTS = (
    "My order is late.", "Hello", "One moment, please.", "", "  ", "…", "It is 4111 1111", "1111 1111.", "and then",
    "between two and four", "a 7 in the middle", "pay 4111 1111 1111 1111 now", "[card number]", "[card number] it is",
    "the phone rang", "[PII]", "\uff14\uff11\uff11\uff11 hello", "Ça va très bien",
)  # fmt: skip
ROLES = ("AGENT", "CUSTOMER", "SYSTEM")
SENTIMENTS = ("NEGATIVE", "NEUTRAL", "POSITIVE", None)
AT = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
KEPT = [field.attname for field in Segment._meta.concrete_fields if field.attname not in ("call_id", "number")]
NOTED = [field.attname for field in Conversation._meta.concrete_fields if field.attname != "call_id"]
HEARD = ("channel", "began_at", "is_began_estimated", "first_heard_at", "last_heard_at", "is_live")


def segment(random: Random) -> Record:
    text, role, turn = random.choice(TEXTS), random.choice(ROLES), f"t{random.randrange(6)}"
    at_ms = random.randrange(0, 12_000, 500)
    if random.random() < 0.4:
        said = final(text, at_ms, turn, "NEUTRAL", role)
        said["Transcript"]["Sentiment"] = random.choice(SENTIMENTS)
        if random.random() < 0.2:
            offsets = {"BeginOffsetChar": 0, "EndOffsetChar": 4}
            said["Transcript"]["IssuesDetected"] = [{"CharacterOffsets": offsets}]
        return said
    said = piece(text, at_ms, turn, role)
    if random.random() < 0.3:
        del said["Utterance"]["TranscriptId"]
    if random.random() < 0.2:
        del said["Utterance"]["EndOffsetMillis"]
    return said


def event(random: Random, contact: str) -> Record:
    kind = random.choices(("SEGMENTS", "STARTED", "COMPLETED"), (20, 2, 1))[0]
    if contact == "chat":
        later = AT + timedelta(seconds=random.randrange(30))
        return {**chat(random.choice(TEXTS), later, f"m{random.randrange(6)}"), "ContactId": contact}
    segments = [segment(random) for _ in range(random.choice((1, 1, 1, 2)))] if kind == "SEGMENTS" else []
    language = {} if random.random() < 0.3 else {"LanguageCode": "en-US"}
    return {key: value for key, value in lens(kind, contact, *segments).items() if key != "LanguageCode"} | language


def rows_of(world: World, contact: str) -> Any:
    call = world.call(contact)
    turns = Segment.objects.filter(call_id=call.pk).order_by("turn_id")
    noted = Conversation.objects.filter(call=call).values_list(*NOTED)
    return list(turns.values_list(*KEPT)), list(noted), [getattr(call, name) for name in HEARD]


@pytest.mark.parametrize("seed", range(25))
def test_the_short_way_leaves_the_rows_of_the_long_one(world: World, seed: int) -> None:
    random = Random(seed)  # noqa: S311 - not for secrets
    contacts = ("c1", "c2", "chat")
    for number in range(12):
        at = AT + timedelta(seconds=number)
        for came in (event(random, contact) for contact in contacts):
            twin = {**came, "ContactId": f"{came['ContactId']}-twin"}
            assert world.bring(came, twin, twin, stream=world.lens, at=at) == 0
    for contact in contacts:
        assert rows_of(world, contact) == rows_of(world, f"{contact}-twin")


KNOWN = ("live", "en-US", "{}", "", "", "", "[]", "{}")


def taken(*records: Record, stored: tuple[Any, ...] = KNOWN) -> Plain | None:
    came = [Arrival(decode(record), b"", AT) for record in records]
    return plain_item(HeardCall(1, AT.date(), 2, came, stored))


def test_an_ordinary_turn_goes_the_short_way() -> None:
    assert taken(lens("SEGMENTS", "c1", piece("My order", 1000)))
    assert taken(lens("SEGMENTS", "c1", final("The 2 of us.", 1000)))


def test_whatever_is_not_ordinary_goes_the_long_way() -> None:
    said = lens("SEGMENTS", "c1", piece("My order", 1000))
    assert not taken(said, said)
    assert not taken(lens("SEGMENTS", "c1", piece("My", 1000), piece("order", 2000)))
    assert not taken(lens("STARTED"))
    assert not taken({**said, "EventType": "COMPLETED"})
    assert not taken(lens("SEGMENTS", "c1", piece("It is 4111", 1000)))
    assert not taken(lens("SEGMENTS", "c1", final("Take 4111 1111 1111 1111 please", 1000)))
    assert not taken(said, stored=(None,) * len(KNOWN))
    assert not taken(said, stored=("live", "", *KNOWN[2:]))
    assert not taken(said, stored=(*KNOWN[:-1], '{"t1": [[0, 4, 0]]}'))
