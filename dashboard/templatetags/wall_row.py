"""What a row of the wall shows, worked out at once: each look-up of a template costs, and a page has a hundred rows."""

from __future__ import annotations

from datetime import UTC
from html import escape
from typing import Any

from django import template
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from calls.models import Call

from .stages import agent_shown, in_stage_since, queue_shown, urgent_at, wall_order
from .telling import iso, joined, trend

register = template.Library()


@register.filter
def wall_row(call: Call) -> dict[str, Any]:
    """Numbers come as text, so that no language puts marks between their digits."""
    conversation = getattr(call, "conversation", None)
    values = conversation.trend_values if conversation else []
    heard_at = call.first_heard_at or call.began_at
    row = {
        "pk": str(call.pk),
        "queue": queue_shown(call),
        "agent": agent_shown(call),
        "mood": conversation.mood if conversation else "",
        "values": values,
        "trend": trend(values),
        "categories": list(conversation.categories) if conversation else [],
        "heard_at": heard_at,
        "heard": f"{heard_at.astimezone(UTC):%H:%M:%S}" if heard_at else "",
        "name": call.caller.name if call.caller else "",
        "tier": call.caller.tier if call.caller else "",
        "flag": getattr(call, "flag", None),
        "flag_url": reverse("flag", args=[call.pk]),
    }
    return row | {"attributes": _attributes(call, row)}


def _attributes(call: Call, row: dict[str, Any]) -> SafeString:
    """What the page's scripts filter and order by."""
    told = {
        "number": call.number,
        "state": call.stage,
        "order": wall_order(call),
        "since": _iso(in_stage_since(call)),
        "began": _iso(row["heard_at"]),
        "heard": _iso(call.last_heard_at),
        "queue": row["queue"],
        "agent": row["agent"],
        "mood": row["mood"],
        "trend": row["trend"],
        "categories": joined(row["categories"]),
        "name": row["name"],
    }
    if at := urgent_at(call):
        told["urgent-at"] = iso(at)
    if row["flag"]:
        told["flagged"] = ""
    return mark_safe(" ".join(f'data-{name}="{escape(str(value))}"' for name, value in told.items()))  # noqa: S308


def _iso(moment: Any) -> str:
    return iso(moment) if moment else ""
