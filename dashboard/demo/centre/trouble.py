"""Delivery as Amazon has it: at least once, events at best, in no certain order, and now and then something odd."""

import random
from collections.abc import Iterator, Sequence

from dashboard.demo.centre.call import stamp
from dashboard.demo.centre.story import Delivery
from dashboard.demo.centre.streams import AGENT_EVENTS, CONTACT_EVENTS, CONTACT_LENS, CONTACT_RECORDS

_TWICE, _LATE, _LEGS_SWAPPED, _SENT_AGAIN = 0.05, 0.02, 0.4, 0.08
_EVENT_LOST, _EVENT_LATE = 0.02, 0.1


def disturb(deliveries: Sequence[Delivery], rng: random.Random) -> list[Delivery]:
    """The same records and more: some twice, some late, some again minutes later with news. Only events are lost."""
    return [each for delivery in _swap_legs(deliveries, rng) for each in _disturbed(delivery, rng)]


def _swap_legs(deliveries: Sequence[Delivery], rng: random.Random) -> list[Delivery]:
    """Now and then the first leg's record comes after that of the last."""
    records = [each for each in deliveries if each.stream == CONTACT_RECORDS]
    if len(records) < 2 or rng.random() >= _LEGS_SWAPPED:
        return list(deliveries)
    after_all = max(each.at for each in records) + rng.uniform(0.3, 3)
    return [each._replace(at=after_all) if each is records[0] else each for each in deliveries]


def _disturbed(delivery: Delivery, rng: random.Random) -> Iterator[Delivery]:
    is_event = delivery.stream in (CONTACT_EVENTS, AGENT_EVENTS)
    if is_event and rng.random() < _EVENT_LOST:
        return
    if is_event and rng.random() < _EVENT_LATE:
        delivery = delivery._replace(at=delivery.at + rng.uniform(1, 8))
    if delivery.stream == CONTACT_LENS and rng.random() < _LATE:
        delivery = delivery._replace(at=delivery.at + rng.uniform(0.8, 2.5))
    yield delivery
    if rng.random() < _TWICE:
        yield delivery._replace(at=delivery.at + rng.uniform(0.2, 20))
    if delivery.stream == CONTACT_RECORDS and rng.random() < _SENT_AGAIN:
        yield _with_news(delivery, rng)


def _with_news(delivery: Delivery, rng: random.Random) -> Delivery:
    at = delivery.at + rng.uniform(120, 360)
    attributes = {**delivery.record["Attributes"], "surveyScore": str(rng.randint(1, 5))}
    news = {"Attributes": attributes, "LastUpdateTimestamp": stamp(int(at))}
    return delivery._replace(at=at, record={**delivery.record, **news})


def garble(data: bytes, rng: random.Random) -> bytes:
    """A record that broke off on its way."""
    return data[: rng.randint(len(data) // 3, len(data) - 2)]
