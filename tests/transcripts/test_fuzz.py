"""Whatever Contact Lens might send is decoded or refused, and what is decoded can be merged and masked."""

import json
from contextlib import suppress
from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from calls.connect.kinds import Unusable, is_plain, kind_of, parse, parse_many
from tests.calls.connect.test_fuzz import anything, calmly
from tests.faults.mutations import mutated
from transcripts.cards import mask_cards, mask_turns
from transcripts.digits import MARK
from transcripts.lens import LensEvent, decode, decode_plain
from transcripts.turns import Turn, in_order, merge

HEAD = {"Version": "1.0.0", "Channel": "VOICE", "ContactId": "c1", "EventType": "SEGMENTS"}
CHAT = {"Version": "2.0.0", "Channel": "CHAT", "ContactId": "c1", "StreamingEventType": "SEGMENTS"}
members = st.sampled_from(["Utterance", "Transcript", "Categories", "Issues", "Event", "Attachments", "Else"])
names = ["Id", "TranscriptId", "ParticipantId", "ParticipantRole", "PartialContent", "Content", "BeginOffsetMillis"]
names += ["EndOffsetMillis", "Sentiment", "Time", "AbsoluteTime", "MatchedCategories", "MatchedDetails", "EventType"]
segments = st.lists(st.dictionaries(members, anything | st.dictionaries(st.sampled_from(names), anything)), max_size=4)
digits = st.text("0123456789 .,-ABdouble four oh\x1f+\u0664" + MARK, max_size=120)


def usable(record: dict[str, Any]) -> LensEvent | None:
    with suppress(Unusable):
        return decode(record)
    return None


@calmly
@given(st.sampled_from([HEAD, CHAT]), segments)
def test_any_segments_are_an_event_or_refused(head: dict[str, Any], found: list[Any]) -> None:
    usable({**head, "Segments": found})


@calmly
@given(st.randoms(use_true_random=False))
def test_any_change_to_a_sample_can_be_merged_and_masked_once_decoded(random: Random) -> None:
    turns: dict[str, Turn] = {}
    with suppress(Unusable):
        for record in parse_many(mutated(random)):
            event = usable(record) if kind_of(record) == "contact-lens" else None
            if event:
                merge(turns, event.items, {})
                mask_turns(in_order(turns.values()))
                assert not mask_turns(in_order(turns.values()))


@calmly
@given(st.randoms(use_true_random=False))
def test_the_quick_way_of_decoding_sees_what_the_long_way_sees(random: Random) -> None:
    data = mutated(random)
    plain = decode_plain(data) if is_plain(data) else None
    if plain:
        with suppress(Unusable):
            assert plain == decode(parse(data))


@calmly
@given(digits)
def test_masking_ends_and_leaves_nothing_to_mask(text: str) -> None:
    masked = mask_cards(text)
    assert mask_cards(masked) == masked
    json.dumps(masked)
