"""As little of a call as filters and orders of the wall ask for: a thousand whole ones would cost more than a page."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from calls.models import Call

COLUMNS = {
    "mood": "conversation__mood",
    "categories": "conversation__categories",
    "name": "caller__name",
    "flagged": "flag__call",
}


class LightCall(NamedTuple):
    """Has what a call has, as far as the filters of templates ask for it; `conversation` is the call itself."""

    pk: int
    stage: str
    stage_since: datetime | None
    stage_source: str
    enqueued_at: datetime | None
    channel: str
    initiation_method: str
    is_live: bool
    began_at: datetime | None
    first_heard_at: datetime | None
    last_heard_at: datetime | None
    queue_name: str
    queue_arn: str
    agent_username: str
    agent_arn: str
    mood: str | None
    categories: dict[str, Any] | None
    name: str | None
    flagged: int | None

    @classmethod
    def columns(cls) -> list[str]:
        return [COLUMNS.get(name, name) for name in cls._fields]

    @property
    def waits(self) -> bool:
        return bool(Call.waits.fget(self))  # type: ignore[attr-defined]

    @property
    def conversation(self) -> LightCall:
        return self
