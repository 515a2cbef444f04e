import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calls.connect.kinds import Unusable
from transcripts.lens import decode
from transcripts.lens.items import (
    Attachments,
    Categories,
    Event,
    Extracted,
    Issues,
    Item,
    Match,
    Speaker,
    Summary,
    Transcript,
    Utterance,
)

SAMPLES = Path(__file__).parents[1] / "samples"
RECORDS = {
    f"{path.parent.name[13:]}/{path.stem}": json.loads(path.read_bytes())
    for path in sorted(SAMPLES.glob("contact_lens_*/*.json"))
}

CHAT_CALL = ("a1b2c3d4-5678-90ab-cdef-EXAMPLE11111", "a1b2c3d4-5678-90ab-cdef-EXAMPLE22222", "CHAT", "en-US")
VOICE_CALL = ("00000000-0000-4000-8000-000000000001", "20000000-0000-4000-8000-000000000001", "VOICE", "en-US")
OTHER_CALL = ("4defbdc5-3029-456e-9bf3-a0d168cf409c", "d5187cb8-f83f-471d-b724-bfb242b34b59", "VOICE", "en-US")
AGENT, CUSTOMER = Speaker("AGENT", "AGENT"), Speaker("CUSTOMER", "CUSTOMER")
CHAT_CUSTOMER = Speaker("CUSTOMER", "7810b1de-cca8-4153-b522-2498416255af", "Customer")
TURN = "121d1581-905f-4169-9804-b841bb4df04a"
HELLO = "Hello, thank you for calling Example Corp. My name is Adam."

VOICE_ITEMS: list[Item] = [
    Utterance("7b48ca3d-73d3-443a-bf34-a9e8fcc01747", TURN, AGENT, HELLO, 19010, 22980, None),
    Utterance("75acb743-2154-486b-aaeb-c960ae290e88", TURN, AGENT, "How can I help you?", 23000, 24598, None),
    Transcript(TURN, AGENT, f"{HELLO} How can I help you?", "NEUTRAL", 19010, 24598),
    Transcript(
        "4295e927-43aa-4447-bbfc-8fccc2027530",
        CUSTOMER,
        "I'm having trouble submitting the application, number AX876293 on the portal. I tried but couldn't connect "
        "to my POC on the portal. So, I'm calling on this toll free number",
        "NEGATIVE",
        19010,
        22690,
        issues=[(0, 81)],
    ),
    Categories(
        {"CreditCardRelated": Match([[19010, 22690]], None), "CardBrokenIssue": Match([[25000, 29690]], None)},
    ),
    Summary("COMPLETED", "Customer contacted Example Corp because of an issue with their application.", None),
]
CHAT_ITEMS: list[Item] = [
    Transcript(
        "07a2d668-5c9e-4f69-b2fe-986261b0743a",
        Speaker("AGENT", "a309ac1e-ca87-44ca-bb5d-197eca8ed77a", "[PII]"),
        "Hello, thank you for contacting Example Corp. My name is Ray.",
        "NEUTRAL",
        said_at=datetime(2024, 3, 14, 19, 39, 26, 715000, UTC),
        is_redacted=True,
    ),
    Issues([("0e5574a7-2aeb-4eab-8bb5-3a7f66a2284a", 7, 43)], is_redacted=True),
    Attachments(
        "06ddc1eb-2302-4a8e-a73f-37687fe41aa9",
        CHAT_CUSTOMER,
        ["Lily.jpg"],
        datetime(2024, 3, 14, 19, 39, 26, 715000, UTC),
        is_redacted=True,
    ),
    Event(
        "fbe61c5f-d0d8-4345-912a-4e81f5734d3b",
        CHAT_CUSTOMER,
        "application/vnd.amazonaws.connect.event.participant.left",
        datetime(2024, 3, 14, 19, 40, 0, 614000, UTC),
        is_redacted=True,
    ),
    Categories({"Hi": Match([["5205b050-8aa9-4645-a381-a308801649ab", 0, 40]], None)}),
    Summary("COMPLETED", "Customer contacted Example Corp because of an issue with their bank account", None),
]
TESTING: list[Item] = [
    Utterance("5a859b25-e047-454f-b47f-c78ee2a33f08", None, AGENT, "Testing.", 19230, 19855, "NEUTRAL"),
]
FACTS: dict[str, tuple[tuple[str, str, str, str], str, list[Item]]] = {
    "chat/01_started": (CHAT_CALL, "STARTED", []),
    "chat/02_segments_all_kinds": (CHAT_CALL, "SEGMENTS", CHAT_ITEMS),
    "chat/03_completed": (CHAT_CALL, "COMPLETED", []),
    "chat/04_failed": (CHAT_CALL, "FAILED", []),
    "voice/01_started": (VOICE_CALL, "STARTED", []),
    "voice/02_segments_all_kinds": (VOICE_CALL, "SEGMENTS", VOICE_ITEMS),
    "voice/03_completed": (VOICE_CALL, "COMPLETED", []),
    "voice/04_failed": (VOICE_CALL, "FAILED", []),
    "voice/05_utterance_with_sentiment_no_transcript_id": (OTHER_CALL, "SEGMENTS", TESTING),
    "voice/06_categories_only": (OTHER_CALL, "SEGMENTS", [Categories({"keyWord": Match([[5120, 15495]], None)})]),
    "voice/07_categories_sentiment_rule_empty_points": (
        VOICE_CALL,
        "SEGMENTS",
        [Categories({"NegativeCustomer": Match([], None)})],
    ),
    "voice/10_post_contact_summary_failed": (
        VOICE_CALL,
        "SEGMENTS",
        [Summary("FAILED", None, "INSUFFICIENT_CONVERSATION_CONTENT")],
    ),
}


def voice(*segments: Any, **fields: Any) -> dict[str, Any]:
    record = {"ContactId": "call-1", "Channel": "VOICE", "EventType": "SEGMENTS", "Segments": [*segments]}
    return record | fields


def by_kind(items: list[Item]) -> list[Item]:
    return sorted(items, key=lambda item: type(item).__name__)


def test_every_sample_has_its_facts() -> None:
    assert FACTS.keys() == RECORDS.keys()


@pytest.mark.parametrize("name", FACTS)
def test_a_sample_keeps_its_facts(name: str) -> None:
    event = decode(RECORDS[name])
    call, kind, items = FACTS[name]
    assert (event.instance_id, event.contact_id, event.channel, event.language) == call
    assert (event.event, event.unknown) == (kind, 0)
    assert by_kind(event.items) == by_kind(items)


def test_of_an_utterance_all_but_the_id_may_be_missing_or_null() -> None:
    bare = {"Id": "piece-1"}
    nulls = dict.fromkeys(["TranscriptId", "ParticipantRole", "PartialContent", "BeginOffsetMillis", "Sentiment"])
    event = decode(voice({"Utterance": bare}, {"Utterance": bare | nulls}))
    assert event.items == [Utterance("piece-1", None, Speaker(), "", None, None, None)] * 2


def test_the_instance_may_be_left_to_the_stream() -> None:
    assert decode(voice(EventType="STARTED", Segments=None)).instance_id is None


def test_members_that_we_do_not_know_are_counted_and_the_others_kept() -> None:
    utterance = {"Utterance": {"Id": "piece-1", "Aura": "green"}, "Aura": {}}
    event = decode(voice(utterance, {"Weather": {"Sky": 1}, "Tide": None}, {}))
    assert event.unknown == 3
    assert [type(item) for item in event.items] == [Utterance]


def test_a_sentiment_of_no_single_turn_is_none() -> None:
    event = decode(voice({"Utterance": {"Id": "piece-1", "Sentiment": "MIXED"}}))
    assert [item.sentiment for item in event.items if isinstance(item, Utterance)] == [None]


def test_extracted_information_is_kept() -> None:
    values = [{"Content": "AX876293", "PointsOfInterest": []}, {"Content": None}]
    information = {"ExtractionDefinitionId": "d-1", "Name": "order", "DisplayLabel": "Order", "ExtractedValues": values}
    failed = {"ExtractionDefinitionId": "d-2", "FailureCode": "INTERNAL_ERROR"}
    event = decode(voice({"ExtractedInformation": information}, {"ExtractedInformation": failed}))
    assert event.items == [
        Extracted("d-1", "order", "Order", ["AX876293"], None),
        Extracted("d-2", "", "", [], "INTERNAL_ERROR"),
    ]


def test_a_category_matched_without_details_or_with_a_rule_is_kept() -> None:
    categories = {"MatchedCategories": ["Angry", "Refund"], "MatchedDetails": {"Refund": {"RuleId": "rule-1"}}}
    assert decode(voice({"Categories": categories})).items == [
        Categories({"Angry": Match([], None), "Refund": Match([], "rule-1")})
    ]


FINAL: dict[str, Any] = {
    "Id": "turn-1",
    "ParticipantId": "AGENT",
    "ParticipantRole": "AGENT",
    "Content": "Secret words",
}
FINAL |= {"BeginOffsetMillis": 1, "EndOffsetMillis": 2}


@pytest.mark.parametrize(
    ("record", "place"),
    [
        (voice({"Utterance": {"Id": 7}}), "$.Segments[0].Utterance.Id"),
        (voice({"Utterance": {"Id": ""}}), "$.Segments[0].Utterance.Id"),
        (voice({}, {"Transcript": FINAL | {"Content": ["Secret words"]}}), "$.Segments[1].Transcript.Content"),
        (voice({"Transcript": FINAL | {"Content": None}}), "$.Segments[0].Transcript.Content"),
        (voice({"Transcript": FINAL | {"EndOffsetMillis": 2**31}}), "$.Segments[0].Transcript.EndOffsetMillis"),
        (voice({"Transcript": FINAL | {"BeginOffsetMillis": -1}}), "$.Segments[0].Transcript.BeginOffsetMillis"),
        (
            voice({"Categories": {"MatchedDetails": {"Secret words": 1}}}),
            "$.Segments[0].Categories.MatchedDetails[...]",
        ),
        (voice("Secret words"), "$.Segments[0]"),
        (voice(Segments="Secret words"), "$.Segments"),
        (voice(ContactId="Secret words" * 30), "$.ContactId"),
        (voice(EventType="Secret words"), "$.EventType"),
        (RECORDS["chat/01_started"] | {"StreamingEventType": "Secret words"}, "$.StreamingEventType"),
        (
            RECORDS["chat/01_started"]
            | {"Segments": [{"Event": {"Id": "e", "EventType": "e", "Time": {"AbsoluteTime": "Secret words"}}}]},
            "$.Segments[0].Event.Time.AbsoluteTime",
        ),
    ],
)
def test_a_wrong_value_is_refused_by_its_path_and_never_its_content(record: dict[str, Any], place: str) -> None:
    with pytest.raises(Unusable) as refusal:
        decode(record)
    assert f"`{place}`" in str(refusal.value)
    assert "Secret" not in str(refusal.value)


@pytest.mark.parametrize("missing", ["Id", "ParticipantId", "ParticipantRole", "Content", "EndOffsetMillis"])
def test_a_final_turn_needs_all_that_its_format_says(missing: str) -> None:
    with pytest.raises(Unusable, match=f"`{missing}`"):
        decode(voice({"Transcript": {key: value for key, value in FINAL.items() if key != missing}}))


@pytest.mark.parametrize("missing", ["ContactId", "Channel"])
def test_an_event_needs_its_call(missing: str) -> None:
    with pytest.raises(Unusable, match=f"`{missing}`"):
        decode({key: value for key, value in voice().items() if key != missing})


def test_what_is_no_event_of_contact_lens_is_refused() -> None:
    with pytest.raises(Unusable, match="neither EventType nor StreamingEventType"):
        decode({"ContactId": "call-1"})


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [found for key, child in inner for found in [(*path, key), *places(child, (*path, key))]]


odd: st.SearchStrategy[Any] = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just([])
odd |= st.dictionaries(st.text(), st.none(), max_size=2) | st.lists(st.text(), max_size=2)


@given(st.data())
@settings(deadline=None, database=None)
def test_whatever_stands_in_a_record_it_is_decoded_or_refused(data: st.DataObject) -> None:
    record = json.loads(json.dumps(data.draw(st.sampled_from(list(RECORDS.values())))))
    *path, last = data.draw(st.sampled_from(places(record)))
    inner: Any = record
    for key in path:
        inner = inner[key]
    inner[last] = data.draw(odd)
    try:
        event = decode(record)
    except Unusable:
        return
    assert 1 <= len(event.contact_id) <= 256
