"""How old what is shown is, and what level a figure has reached: in words, with a sign."""

from __future__ import annotations

from datetime import UTC, datetime

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from calls.models import Call
from calls.models.call import Stage
from calls.models.queue_level import LOW_IS_BAD, Figure
from dashboard.figures.queue_tile import Breach, QueueTile

from .telling import iso

register = template.Library()

# From which age on what is shown is old, in seconds.
OLD_S = {
    "figures": 45,  # three questions to Amazon Connect without an answer
    "words": 60,  # nobody says nothing for so long
}
SIGNS = {"amber": "▲", "red": "‼"}


@register.filter
def heard_ago(moment: datetime | None, kind: str = "") -> SafeString:
    """When it was heard, ticking: "4 s ago", or "old: 50 s", from the age on at which data of its kind is old."""
    if moment is None:
        return SafeString("—")
    old_s = OLD_S.get(kind)
    seconds = max(0, int((datetime.now(UTC) - moment).total_seconds()))
    return format_html(
        '<heard-ago{}{}><time datetime="{}">{}</time></heard-ago>',
        format_html(' old="{}"', old_s) if old_s else "",
        SafeString(" data-old") if old_s and seconds > old_s else "",
        iso(moment),
        f"old: {age(seconds)}" if old_s and seconds > old_s else f"{age(seconds)} ago",
    )


@register.filter
def age(seconds: int) -> str:
    if seconds < 100:
        return f"{seconds} s"
    return f"{seconds // 60} min" if seconds < 6000 else f"{seconds // 3600} h"


@register.filter
def heard_kind(call: Call) -> str:
    """What is to be heard of a call all the time: words, while Contact Lens hears an agent and a caller.

    Who waits or listens to a menu is rightly not heard of until that is over.
    """
    is_heard = call.stage == Stage.TALKING and call.words_at is not None and call.words_over_at is None
    return "words" if call.is_live and is_heard else ""


@register.filter
def level_of(queue: QueueTile, figure: str) -> str:
    return queue.level_of(Figure(figure))


@register.filter
def level_sign(level: str) -> str:
    return SIGNS[level]


@register.filter
def reached(breach: Breach) -> str:
    """From which value on it has its level: "10 or more"."""
    unit = "\N{NO-BREAK SPACE}%" if breach.figure in (Figure.SERVICE_LEVEL, Figure.ABANDON_RATE) else ""
    return f"{breach.limit:g}{unit} or {'less' if breach.figure in LOW_IS_BAD else 'more'}"
