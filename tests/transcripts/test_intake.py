import logging
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from calls.models import Call, Policy
from calls.silence import end_silent_calls
from tests.calls.world import Record, World, answered, sample
from transcripts.models import Conversation, Segment

CARD = "4111111111111111"


def lens(event: str = "SEGMENTS", contact: str = "c1", *segments: Record) -> Record:
    return {"Version": "1.0.0", "Channel": "VOICE", "ContactId": contact, "EventType": event, "LanguageCode": "en-US",
            "Segments": list(segments)}  # fmt: skip


def piece(text: str, at_ms: int, turn: str = "t1", role: str = "CUSTOMER") -> Record:
    return {"Utterance": {"Id": f"p{at_ms}", "TranscriptId": turn, "ParticipantId": role, "ParticipantRole": role,
            "PartialContent": text, "BeginOffsetMillis": at_ms, "EndOffsetMillis": at_ms + 900}}  # fmt: skip


def final(text: str, at_ms: int, turn: str = "t1", sentiment: str = "NEUTRAL", role: str = "CUSTOMER") -> Record:
    return {"Transcript": {"Id": turn, "ParticipantId": role, "ParticipantRole": role, "Content": text,
            "BeginOffsetMillis": at_ms, "EndOffsetMillis": at_ms + 1900, "Sentiment": sentiment}}  # fmt: skip


def chat(text: str, at: datetime, turn: str) -> Record:
    said = {"Id": turn, "ParticipantId": "p", "ParticipantRole": "CUSTOMER", "Content": text,
            "ContentType": "text/plain", "Time": {"AbsoluteTime": at.isoformat()}}  # fmt: skip
    return {"Version": "2.0.0", "Channel": "CHAT", "ContactId": "c1", "StreamingEventType": "SEGMENTS",
            "OutputType": "Raw", "Segments": [{"Transcript": said}]}  # fmt: skip


@pytest.mark.parametrize(
    ("path", "state", "count", "mood", "categories", "summary", "trouble", "is_live"),
    [
        ("voice/01_started", "live", 0, "", [], "", "", True),
        ("voice/02_segments_all_kinds", "live", 2, "NEGATIVE", ["CardBrokenIssue", "CreditCardRelated"],
         "Customer contacted Example Corp because of an issue with their application.", "", True),
        ("voice/03_completed", "completed", 0, "", [], "", "", False),
        ("voice/04_failed", "failed", 0, "", [], "", "", False),
        ("voice/07_categories_sentiment_rule_empty_points", "live", 0, "", ["NegativeCustomer"], "", "", True),
        ("voice/10_post_contact_summary_failed", "live", 0, "", [], "", "INSUFFICIENT_CONVERSATION_CONTENT", True),
        ("voice/05_utterance_with_sentiment_no_transcript_id", "live", 1, "", [], "", "", True),
        ("voice/06_categories_only", "live", 0, "", ["keyWord"], "", "", True),
        ("chat/02_segments_all_kinds", "live", 3, "", ["Hi"],
         "Customer contacted Example Corp because of an issue with their bank account", "", True),
        ("chat/01_started", "live", 0, "", [], "", "", True),
        ("chat/03_completed", "completed", 0, "", [], "", "", False),
        ("chat/04_failed", "failed", 0, "", [], "", "", False),
    ],
)  # fmt: skip
def test_a_sample_leaves_its_facts(
    world: World, path: str, state: str, count: int, mood: str, categories: list[str], summary: str, trouble: str,
    is_live: bool,
) -> None:  # fmt: skip
    record = sample(f"contact_lens_{path}.json")
    record.pop("InstanceId")  # the samples come from three instances
    assert world.bring(record, stream=world.lens) == 0
    call, conversation = Call.objects.get(), Conversation.objects.get()
    assert (call.contact_id, call.channel, call.is_live) == (record["ContactId"], record["Channel"], is_live)
    assert (conversation.state, conversation.mood, conversation.summary) == (state, mood, summary)
    assert (sorted(conversation.categories), conversation.summary_trouble) == (categories, trouble)
    assert Segment.objects.count() == count


def test_an_event_of_another_instance_is_a_dead_letter(world: World) -> None:
    record = sample("contact_lens_voice/06_categories_only.json")
    assert world.bring(record, stream=world.lens) == 1
    assert world.lens.dead_letters.get().reason == "belongs to another instance"


EVENTS = [
    lens("STARTED"),
    lens("SEGMENTS", "c1", piece("My order", 1000)),
    lens("SEGMENTS", "c1", piece("is late", 2000)),
    lens("SEGMENTS", "c1", final("My order is late.", 1000, sentiment="NEGATIVE")),
]


@pytest.mark.parametrize("in_one_batch", [True, False])
@pytest.mark.parametrize("order", [*permutations(range(4))])
def test_pieces_and_finals_in_any_order_and_twice_end_the_same(
    world: World, order: tuple[int, ...], in_one_batch: bool
) -> None:
    events = [EVENTS[n] for n in order] + [EVENTS[order[0]], EVENTS[order[2]]]
    for batch in [events] if in_one_batch else [[event] for event in events]:
        world.bring(*batch, stream=world.lens)
    segment = Segment.objects.get()
    assert (segment.content, segment.is_partial, segment.pieces) == ("My order is late.", False, {})
    conversation = Conversation.objects.get()
    assert (conversation.mood, conversation.trend_values) == ("NEGATIVE", [-1])
    assert world.call("c1").is_live


def test_the_beginning_is_estimated_until_a_record_corrects_it(world: World) -> None:
    at = datetime.now(UTC)
    world.bring(lens("SEGMENTS", "c1", final("Hello", 60_000)), stream=world.lens, at=at)
    call = world.call("c1")
    assert call.began_at is not None
    assert abs(call.began_at - (at - timedelta(milliseconds=61_900))) < timedelta(milliseconds=1)
    assert call.is_began_estimated
    world.bring(answered())
    call = world.call("c1")
    assert call.began_at == datetime.fromisoformat(call.record["InitiationTimestamp"])  # type: ignore[index]
    assert not call.is_began_estimated


def test_completed_ends_a_call_and_later_words_still_find_their_place(world: World) -> None:
    world.bring(lens("STARTED"), lens("COMPLETED"), stream=world.lens)
    assert not world.call("c1").is_live
    world.bring(lens("SEGMENTS", "c1", final("Goodbye", 1000)), stream=world.lens)
    assert not world.call("c1").is_live
    assert Segment.objects.get().content == "Goodbye"


def test_silence_ends_a_call_whose_completed_was_lost_and_a_later_segment_revives_it(world: World) -> None:
    Policy.objects.update(silence_ends_s=600)
    before = datetime.now(UTC)
    world.bring(lens("STARTED"), stream=world.lens, at=before - timedelta(seconds=590))
    end_silent_calls()
    assert world.call("c1").is_live
    Call.objects.update(last_heard_at=before - timedelta(seconds=610))
    end_silent_calls()
    assert not world.call("c1").is_live
    world.bring(lens("SEGMENTS", "c1", final("Still here", 1000)), stream=world.lens)
    assert world.call("c1").is_live


def test_a_contact_record_ends_a_call_for_good(world: World) -> None:
    world.bring(lens("STARTED"), stream=world.lens)
    world.bring(answered())
    assert not world.call("c1").is_live
    world.bring(lens("SEGMENTS", "c1", final("Goodbye", 1000)), stream=world.lens)
    assert not world.call("c1").is_live
    assert Segment.objects.get().content == "Goodbye"


def test_each_change_of_a_turn_has_the_calls_new_number(world: World) -> None:
    world.bring(EVENTS[1], stream=world.lens)
    first = world.call("c1").number
    assert Segment.objects.get().number == first
    world.bring(lens("SEGMENTS", "c1", piece("Hello", 100, turn="t0", role="AGENT")), stream=world.lens)
    second = world.call("c1").number
    assert second > first
    assert dict(Segment.objects.values_list("turn_id", "number")) == {"t1": first, "t0": second}


def test_a_redelivery_after_midnight_makes_no_second_row(world: World) -> None:
    world.bring(*EVENTS, stream=world.lens)
    filed_on = world.call("c1").filed_on
    world.bring(*EVENTS, stream=world.lens, at=datetime.now(UTC) + timedelta(days=1))
    assert world.call("c1").filed_on == filed_on
    assert list(Segment.objects.values_list("filed_on", flat=True)) == [filed_on]


def test_a_call_filed_in_another_month_keeps_its_partition(world: World) -> None:
    world.bring(lens("STARTED"), stream=world.lens)
    Call.objects.update(filed_on=date(2024, 1, 31))
    world.bring(*EVENTS, stream=world.lens)
    assert Segment.objects.get().filed_on == date(2024, 1, 31)


@pytest.fixture
def everything_logged(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    with caplog.at_level(logging.INFO):
        yield caplog


def stored() -> str:
    """Every row of every table, as text."""
    with connection.cursor() as cursor:
        tables = [table for table in connection.introspection.table_names(cursor) if not table.startswith("django_")]
        rows: list[str] = []
        for table in tables:
            cursor.execute(f'SELECT t::text FROM "{table}" t')  # noqa: S608 - names of tables
            rows += [row for (row,) in cursor.fetchall()]
    return "\n".join(rows)


HALVES = "4111 1111", "1111 1111"
AT = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
TOLD: dict[str, list[Record]] = {
    "in one final": [lens("SEGMENTS", "c1", final(f"It is {CARD}.", 1000))],
    "over two pieces": [lens("SEGMENTS", "c1", piece(HALVES[0], 1000)), lens("SEGMENTS", "c1", piece(HALVES[1], 2000))],
    "over pieces and their final": [
        lens("SEGMENTS", "c1", piece(HALVES[0], 1000)),
        lens("SEGMENTS", "c1", piece(HALVES[1], 2000)),
        lens("SEGMENTS", "c1", final(" ".join(HALVES), 1000)),
    ],
    "over two turns": [
        lens("SEGMENTS", "c1", final(HALVES[0], 1000)), lens("SEGMENTS", "c1", final(HALVES[1], 4000, turn="t2")),
    ],
    "over three messages of a chat": [
        chat("4111 1111", AT, "m1"), chat("1111", AT + timedelta(seconds=9), "m2"),
        chat("1111", AT + timedelta(seconds=18), "m3"),
    ],
    "in a summary": [
        lens("SEGMENTS", "c1", {"PostContactSummary": {"Status": "COMPLETED", "Content": f"Paid with {CARD}"}})
    ],
}  # fmt: skip


@pytest.mark.parametrize("in_one_batch", [True, False])
@pytest.mark.parametrize("told", TOLD)
def test_a_card_number_is_nowhere(
    world: World, told: str, in_one_batch: bool,
    everything_logged: pytest.LogCaptureFixture, django_capture_on_commit_callbacks: Any,
) -> None:  # fmt: skip
    with django_capture_on_commit_callbacks(execute=True):
        for batch in [TOLD[told]] if in_one_batch else [[each] for each in TOLD[told]]:
            assert world.bring(*batch, stream=world.lens) == 0
    for place in (stored(), everything_logged.text):
        for digits in (CARD, *HALVES, "41111111"):
            assert digits not in place
    assert Segment.objects.exists() or Conversation.objects.get().summary == "Paid with [card number]"


def cost(queries: CaptureQueriesContext) -> int:
    """Statements; but the rules of alerts, which are asked for once in a second, whatever the batches."""
    return len([query for query in queries if 'FROM "calls_alertrule"' not in query["sql"]])


def test_segments_of_any_number_of_calls_cost_the_same_number_of_statements(world: World) -> None:
    world.bring(lens("STARTED"), stream=world.lens)
    costs = {}
    for size in (1, 100, 1000):
        events = [lens("SEGMENTS", f"{size}-{n}", piece("Hi", 100), final("Hi.", 100)) for n in range(size)]
        with CaptureQueriesContext(connection) as queries:
            assert world.bring(*events, stream=world.lens) == 0
        costs[size] = cost(queries)
    assert len(set(costs.values())) == 1, costs


def test_segments_of_one_call_cost_the_same_number_of_statements(world: World) -> None:
    world.bring(lens("STARTED"), stream=world.lens)
    costs = {}
    for size in (1, 100, 1000):
        events = [lens("SEGMENTS", "c1", final("Hi.", n * 3000, turn=f"{size}-{n}")) for n in range(size)]
        with CaptureQueriesContext(connection) as queries:
            assert world.bring(*events, stream=world.lens) == 0
        costs[size] = cost(queries)
    assert len(set(costs.values())) == 1, costs


def test_pieces_of_known_calls_cost_the_same_number_of_statements_in_a_batch_of_any_size(world: World) -> None:
    costs = {}
    for size in (1, 100, 1000):
        calls = [f"{size}-{n}" for n in range(size)]
        world.bring(*(lens("SEGMENTS", call, piece("One four", 100)) for call in calls), stream=world.lens)
        events = [lens("SEGMENTS", call, piece("two one", 1100), final("Oh, hi.", 9000, turn="t2")) for call in calls]
        with CaptureQueriesContext(connection) as queries:
            assert world.bring(*events, stream=world.lens) == 0
        costs[size] = cost(queries)
    assert len(set(costs.values())) == 1, costs


@pytest.mark.parametrize("between", [2, 1500])
def test_a_card_number_over_many_turns_is_masked_however_long_the_call_is(world: World, between: int) -> None:
    said = [final("Yes, I see.", n * 3000, turn=f"before-{n}", role="AGENT") for n in range(between)]
    world.bring(*(lens("SEGMENTS", "c1", turn) for turn in said), stream=world.lens)
    at_ms = between * 3000
    for n, digit in enumerate(CARD):
        world.bring(lens("SEGMENTS", "c1", final(digit, at_ms + n * 4000, turn=f"d{n}")), stream=world.lens)
    told = Segment.objects.filter(turn_id__startswith="d").values_list("content", flat=True)
    assert not any(character.isdecimal() for content in told for character in content)
