import json
import random

import pytest

from calls.connect.kinds import Unusable, kind_of, parse
from dashboard.demo.centre.floor import agents
from dashboard.demo.centre.story import CONTACT_LENS, CONTACT_RECORDS, Delivery
from dashboard.demo.centre.trouble import agent_event, disturb, garble
from tests.dashboard.demo.centre.telling import as_sent, named, told


@pytest.fixture
def rng() -> random.Random:
    return random.Random(4)  # noqa: S311 - the same trouble each time


def disturbed(name: str, rng: random.Random, times: int) -> list[tuple[list[Delivery], list[Delivery]]]:
    stories = [told(named(name), seed).deliveries for seed in range(times)]
    return [(before, disturb(before, rng)) for before in stories]


def test_no_record_is_lost_or_comes_before_its_time(rng: random.Random) -> None:
    for before, after in disturbed("transferred", rng, 20):
        for delivery in before:
            same = [each.at for each in after if each.record == delivery.record]
            assert same
            assert min(same) >= delivery.at


def test_about_one_record_in_twenty_comes_twice(rng: random.Random) -> None:
    pairs = disturbed("answered, customer hangs up", rng, 40)
    before = sum(len(told) for told, _ in pairs)
    again = sum(len(told) for _, told in pairs) - before
    assert 0.03 * before < again < 0.08 * before


def test_a_record_sent_again_minutes_later_is_newer_and_has_other_attributes(rng: random.Random) -> None:
    seen = 0
    for before, after in disturbed("abandoned", rng, 200):
        first = before[0]
        for again in (each for each in after if each.record != first.record):
            seen += 1
            assert again.contact_id == first.contact_id
            assert again.at - first.at >= 120
            assert again.record["LastUpdateTimestamp"] > first.record["LastUpdateTimestamp"]
            assert again.record["Attributes"] != first.record["Attributes"]
            kept = first.record.keys() - {"Attributes", "LastUpdateTimestamp"}
            assert all(again.record[key] == first.record[key] for key in kept)
    assert seen


def test_now_and_then_the_last_legs_record_comes_first(rng: random.Random) -> None:
    orders = set()
    for before, after in disturbed("transferred", rng, 30):
        ids = [each.contact_id for each in sorted(after) if each.stream == CONTACT_RECORDS]
        orders.add(ids[0] == before[0].contact_id)
    assert orders == {True, False}


def test_now_and_then_words_come_out_of_order(rng: random.Random) -> None:
    late = 0
    for before, after in disturbed("answered, customer hangs up", rng, 10):
        firsts = {json.dumps(each.record): each.at for each in reversed(after) if each.stream == CONTACT_LENS}
        late += sum(firsts[json.dumps(each.record)] > each.at for each in before if each.stream == CONTACT_LENS)
    assert late


def test_a_garbled_record_cannot_be_parsed(rng: random.Random) -> None:
    whole = json.dumps(told(named("abandoned"), 1).deliveries[0].record).encode()
    for _ in range(50):
        broken = garble(whole, rng)
        assert whole.startswith(broken)
        with pytest.raises(Unusable):
            parse(broken)


def test_a_stray_record_is_known_as_an_agent_event(rng: random.Random) -> None:
    assert kind_of(as_sent(agent_event(agents(1)[0], 1_793_610_000, rng))) == "agent-events"
