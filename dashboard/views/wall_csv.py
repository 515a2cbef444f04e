"""What the wall's list shows, as CSV: streamed, so that its first lines come while the last are read."""

from __future__ import annotations

import csv
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime
from io import StringIO
from typing import Any
from zoneinfo import ZoneInfo

from asgiref.sync import sync_to_async
from django.http import StreamingHttpResponse
from django.views.decorators.http import require_POST

from calls.models import Call, Person
from calls.scope import Scope
from dashboard.access import SignedIn, needs
from dashboard.templatetags.masking import masked
from dashboard.templatetags.stages import agent_shown, in_stage_since, queue_shown
from dashboard.templatetags.telling import trend
from transcripts.export.cells import safe_cell
from transcripts.export.rows import MARK_OF_UTF8

from .wall_list import found_pks, whole_rows
from .wall_query import WallQuery

ROWS_AT_ONCE = 200
MOST_ROWS = 10_000

Cells = Callable[[Call, datetime, ZoneInfo], tuple[Any, ...]]


@require_POST
@needs("wall")
def wall_csv(request: SignedIn) -> StreamingHttpResponse:
    """The calls of `ids` in that order, else those that the address asks for; of either what the person may see."""
    query, person = WallQuery.of(request.GET), request.user
    asked = [int(pk) for pk in request.POST.get("ids", "").split(",") if pk.isascii() and pk.isdigit() and len(pk) < 19]
    pks = list(dict.fromkeys(asked))[:MOST_ROWS] if "ids" in request.POST else found_pks(Scope.of(person), query)
    name = f"calls-{datetime.now(ZoneInfo(person.time_zone)):%Y-%m-%d-%H%M%S}.csv"
    return StreamingHttpResponse(
        lines(person, pks, query.columns),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )


async def lines(person: Person, pks: Sequence[int], columns: Sequence[str]) -> AsyncIterator[str]:
    yield MARK_OF_UTF8 + _line(
        ["contact_id", *(header for name in columns for header in HEADERS[name]), "flagged_by", "flagged_at"]
    )
    for first in range(0, len(pks), ROWS_AT_ONCE):
        yield await sync_to_async(_lines)(person, pks[first : first + ROWS_AT_ONCE], columns)


def _lines(person: Person, pks: Sequence[int], columns: Sequence[str]) -> str:
    now, zone = datetime.now(UTC), ZoneInfo(person.time_zone)
    return "".join(
        _line(
            [call.contact_id, *(cell for name in columns for cell in CELLS[name](call, now, zone)), *_flag(call, zone)]
        )
        for call in whole_rows(Scope.of(person), pks)
    )


def _line(cells: Sequence[Any]) -> str:
    line = StringIO()
    csv.writer(line).writerow([safe_cell(cell) if isinstance(cell, str) else cell for cell in cells])
    return line.getvalue()


def _told(call: Call, name: str, empty: Any = "") -> Any:
    return getattr(call.conversation, name) if hasattr(call, "conversation") else empty


def _flag(call: Call, zone: ZoneInfo) -> tuple[str, str]:
    return (str(call.flag.by or ""), _iso(call.flag.at, zone)) if hasattr(call, "flag") else ("", "")


def _iso(moment: datetime | None, zone: ZoneInfo) -> str:
    return moment.astimezone(zone).isoformat(timespec="seconds") if moment else ""


def _seconds(moment: datetime | None, now: datetime) -> int | str:
    return max(0, round((now - moment).total_seconds())) if moment else ""


def _caller(call: Call, now: datetime, zone: ZoneInfo) -> tuple[Any, ...]:
    name, tier = (call.caller.name, call.caller.tier) if call.caller else ("", "")
    return masked(call.caller_address), name, tier


def _since(call: Call, now: datetime, zone: ZoneInfo) -> tuple[Any, ...]:
    since = in_stage_since(call)
    return _seconds(since, now), _iso(since, zone)


HEADERS = {
    "caller": ("number", "customer", "tier"),
    "stage": ("stage",),
    "since": ("in_stage_s", "in_stage_since"),
    "queue": ("queue",),
    "agent": ("agent",),
    "mood": ("mood", "trend"),
    "matches": ("categories",),
    "words": ("last_words",),
    "age": ("age_s", "heard_at"),
}
CELLS: dict[str, Cells] = {
    "caller": _caller,
    "stage": lambda call, now, zone: (call.get_stage_display(),),
    "since": _since,
    "queue": lambda call, now, zone: (queue_shown(call),),
    "agent": lambda call, now, zone: (agent_shown(call),),
    "mood": lambda call, now, zone: (_told(call, "mood").lower(), trend(_told(call, "trend_values", []))),
    "matches": lambda call, now, zone: ("; ".join(_told(call, "categories", {})),),
    "words": lambda call, now, zone: (getattr(call, "last_words", None) or "",),
    "age": lambda call, now, zone: (_seconds(call.last_heard_at, now), _iso(call.last_heard_at, zone)),
}
