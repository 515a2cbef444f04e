"""As little of a call as filters and orders of the wall ask for: a thousand whole ones would cost more than a page."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, NamedTuple

import msgspec
from django.db.models import Expression, F, FloatField, QuerySet, TextField
from django.db.models.functions import Cast, Extract

from calls.models import Call


def _epoch(moment: str) -> Expression:
    return Cast(Extract(moment, "epoch"), FloatField())


# A number becomes a moment, and text a dict, when an order or a filter asks for it: making them all takes longest.
COLUMNS: dict[str, Expression | F] = {
    "stage_since_s": _epoch("stage_since"),
    "enqueued_s": _epoch("enqueued_at"),
    "began_s": _epoch("began_at"),
    "first_heard_s": _epoch("first_heard_at"),
    "last_heard_s": _epoch("last_heard_at"),
    "mood": F("conversation__mood"),
    "categories_json": Cast("conversation__categories", TextField()),
    "name": F("caller__name"),
    "flagged": F("flag__call"),
}


class LightCall(NamedTuple):
    """Has what a call has, as far as the filters of templates ask for it; `conversation` is the call itself."""

    pk: int
    stage: str
    stage_since_s: float | None
    stage_source: str
    enqueued_s: float | None
    channel: str
    initiation_method: str
    is_live: bool
    began_s: float | None
    first_heard_s: float | None
    last_heard_s: float | None
    queue_name: str
    queue_arn: str
    agent_username: str
    agent_arn: str
    mood: str | None
    categories_json: str | None
    name: str | None
    flagged: int | None

    @property
    def stage_since(self) -> datetime | None:
        return _moment(self.stage_since_s)

    @property
    def enqueued_at(self) -> datetime | None:
        return _moment(self.enqueued_s)

    @property
    def began_at(self) -> datetime | None:
        return _moment(self.began_s)

    @property
    def first_heard_at(self) -> datetime | None:
        return _moment(self.first_heard_s)

    @property
    def last_heard_at(self) -> datetime | None:
        return _moment(self.last_heard_s)

    @property
    def categories(self) -> dict[str, Any]:
        return msgspec.json.decode(self.categories_json, type=dict[str, Any]) if self.categories_json else {}

    @property
    def waits(self) -> bool:
        return bool(Call.waits.fget(self))  # type: ignore[attr-defined]

    @property
    def conversation(self) -> LightCall:
        return self


def light_calls(calls: QuerySet[Call]) -> list[LightCall]:
    columns = [COLUMNS.get(name, name) for name in LightCall._fields]
    return [LightCall._make(values) for values in calls.values_list(*columns)]


def _moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
