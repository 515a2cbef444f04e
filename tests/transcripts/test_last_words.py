from datetime import timedelta

from calls.models import Call
from tests.calls.world import Record, World
from tests.transcripts.test_intake import AT, chat, final, lens, piece
from transcripts.last_words import end_of, with_last_words


def last_words(world: World, *records: Record) -> str | None:
    world.bring(*records, stream=world.lens)
    words: str | None = vars(with_last_words(Call.objects.all()).get())["last_words"]
    return words


def test_the_last_words_are_of_the_turn_that_ended_last(world: World) -> None:
    assert last_words(world, lens("STARTED")) is None
    assert last_words(world, lens("SEGMENTS", "c1", final("Bye.", 9000, turn="t2"))) == "Bye."
    assert last_words(world, lens("SEGMENTS", "c1", final("Hello there.", 900))) == "Bye."
    assert last_words(world, lens("SEGMENTS", "c1", piece("Wait,", 12_000, turn="t3"))) == "Wait,"
    assert last_words(world, lens("SEGMENTS", "c1", final("Wait, please.", 12_000, turn="t3"))) == "Wait, please."


def test_what_was_taken_off_the_screen_is_not_the_last_word(world: World) -> None:
    lone = {"Utterance": {"Id": "lone", "ParticipantId": "AGENT", "ParticipantRole": "AGENT",
            "PartialContent": "So lon", "BeginOffsetMillis": 9000, "EndOffsetMillis": 12_000}}  # fmt: skip
    assert last_words(world, lens("SEGMENTS", "c1", lone)) == "So lon"
    so_long = final("So long.", 9000, turn="t2", role="AGENT")
    assert last_words(world, lens("SEGMENTS", "c1", so_long)) == "So long."


def test_the_last_words_of_a_chat_are_told_by_the_time_of_day(world: World) -> None:
    later = chat("Bye", AT + timedelta(seconds=9), "m2")
    assert last_words(world, later, chat("Hello", AT, "m1")) == "Bye"


def test_an_event_says_no_words(world: World) -> None:
    at = (AT + timedelta(minutes=1)).isoformat()
    left: Record = {"Event": {"Id": "e", "EventType": "participant.left", "Time": {"AbsoluteTime": at}}}
    assert last_words(world, chat("Bye", AT, "m1"), chat("", AT, "m2") | {"Segments": [left]}) == "Bye"


def test_of_long_last_words_the_end_is_told() -> None:
    end = end_of("refund " * 100 + "now")
    assert end.startswith("…refund ")
    assert end.endswith(" refund now")
    assert len(end) <= 200
    assert end_of("あ" * 500) == "…" + "あ" * 200
