import json
import random

import pytest

from calls.connect.kinds import Unusable, parse
from dashboard.demo.centre.story import Delivery
from dashboard.demo.centre.streams import AGENT_EVENTS, CONTACT_EVENTS, CONTACT_LENS, CONTACT_RECORDS
from dashboard.demo.centre.trouble import disturb, garble
from tests.dashboard.demo.centre.telling import named, told


@pytest.fixture
def rng() -> random.Random:
    return random.Random(4)  # noqa: S311 - the same trouble each time


def disturbed(name: str, rng: random.Random, times: int) -> list[tuple[list[Delivery], list[Delivery]]]:
    stories = [told(named(name), seed).deliveries for seed in range(times)]
    return [(before, disturb(before, rng)) for before in stories]


def events(stream: str, rng: random.Random) -> tuple[list[Delivery], list[Delivery]]:
    before = [Delivery(float(second), stream, str(second), {"id": second}) for second in range(5000)]
    return before, [each for delivery in before for each in disturb([delivery], rng)]


def test_no_record_is_lost_or_comes_before_its_time(rng: random.Random) -> None:
    for before, after in disturbed("transferred", rng, 20):
        for delivery in (each for each in before if each.stream != CONTACT_EVENTS):
            same = [each.at for each in after if each.record == delivery.record]
            assert same
            assert min(same) >= delivery.at


def test_about_one_record_in_twenty_comes_twice(rng: random.Random) -> None:
    pairs = disturbed("answered, customer hangs up", rng, 40)
    before, after = (
        sum(each.stream == CONTACT_LENS for told in side for each in told) for side in zip(*pairs, strict=True)
    )
    again = after - before
    assert 0.03 * before < again < 0.08 * before


@pytest.mark.parametrize("stream", [CONTACT_EVENTS, AGENT_EVENTS])
def test_of_a_hundred_events_two_are_lost_five_come_twice_and_ten_come_late(stream: str, rng: random.Random) -> None:
    before, after = events(stream, rng)
    firsts = {each.key: each.at for each in reversed(after)}
    assert 0.01 < 1 - len(firsts) / len(before) < 0.03
    assert 0.04 < (len(after) - len(firsts)) / len(before) < 0.06
    assert 0.08 < sum(firsts.get(each.key, 0) > each.at for each in before) / len(before) < 0.12


def test_a_record_sent_again_minutes_later_is_newer_and_has_other_attributes(rng: random.Random) -> None:
    seen = 0
    for before, after in disturbed("abandoned", rng, 200):
        first = before[-1]
        records = [each for each in after if each.stream == CONTACT_RECORDS]
        for again in (each for each in records if each.record != first.record):
            seen += 1
            assert again.key == first.key
            assert again.at - first.at >= 120
            assert again.record["LastUpdateTimestamp"] > first.record["LastUpdateTimestamp"]
            assert again.record["Attributes"] != first.record["Attributes"]
            kept = first.record.keys() - {"Attributes", "LastUpdateTimestamp"}
            assert all(again.record[key] == first.record[key] for key in kept)
    assert seen


def test_now_and_then_the_last_legs_record_comes_first(rng: random.Random) -> None:
    orders = set()
    for before, after in disturbed("transferred", rng, 30):
        ids = [each.key for each in sorted(after) if each.stream == CONTACT_RECORDS]
        orders.add(ids[0] == next(each.key for each in before if each.stream == CONTACT_RECORDS))
    assert orders == {True, False}


def test_now_and_then_words_come_out_of_order(rng: random.Random) -> None:
    late = 0
    for before, after in disturbed("answered, customer hangs up", rng, 10):
        firsts = {json.dumps(each.record): each.at for each in reversed(after) if each.stream == CONTACT_LENS}
        late += sum(firsts[json.dumps(each.record)] > each.at for each in before if each.stream == CONTACT_LENS)
    assert late


def test_a_garbled_record_cannot_be_parsed(rng: random.Random) -> None:
    whole = json.dumps(told(named("abandoned"), 1).deliveries[-1].record).encode()
    for _ in range(50):
        broken = garble(whole, rng)
        assert whole.startswith(broken)
        with pytest.raises(Unusable):
            parse(broken)
