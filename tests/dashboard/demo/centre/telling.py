"""A story of any ending, told with the regular people."""

import json
import random
from typing import Any

from dashboard.demo.centre.dialogue import load_dialogues
from dashboard.demo.centre.endings import ENDINGS, Ending
from dashboard.demo.centre.floor import agents, pick_cast
from dashboard.demo.centre.story import Story, tell
from dashboard.demo.centre.streams import CONTACT_LENS, CONTACT_RECORDS

BEGAN_AT = 1_793_610_000  # 2026-11-02T09:00:00Z
DIALOGUES = load_dialogues()
SEEDS = range(6)
TALES = [(ending, seed) for ending in ENDINGS for seed in SEEDS]


def tale_name(value: Ending | int) -> str:
    return value.name.replace(" ", "-") if isinstance(value, Ending) else str(value)


def told(ending: Ending, seed: int, began_at: int = BEGAN_AT, settle_s: float = 65) -> Story:
    rng = random.Random(seed)  # noqa: S311 - the same seed must tell the same story
    cast = pick_cast(rng, agents(14), DIALOGUES, channel=ending.channel, is_dropped=ending.is_drop)
    return tell(ending, cast, began_at, seed, settle_s)


def named(name: str) -> Ending:
    return next(ending for ending in ENDINGS if ending.name == name)


def as_sent(record: dict[str, Any]) -> dict[str, Any]:
    sent: dict[str, Any] = json.loads(json.dumps(record))
    return sent


def contact_records(story: Story) -> list[dict[str, Any]]:
    return [as_sent(each.record) for each in story.deliveries if each.stream == CONTACT_RECORDS]


def lens_records(story: Story, contact_id: str | None = None) -> list[dict[str, Any]]:
    heard = [each for each in story.deliveries if each.stream == CONTACT_LENS]
    return [as_sent(each.record) for each in heard if contact_id in (None, each.key)]


def segments(records: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [segment[kind] for record in records for segment in record.get("Segments", ()) if kind in segment]
