"""How old what is shown is, in words."""

from __future__ import annotations

from datetime import UTC, datetime

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from calls.models import Call
from calls.models.call import Stage

from .telling import iso

register = template.Library()

# From which age on what is shown is old, in seconds.
OLD_S = {
    "figures": 45,  # three questions to Amazon Connect without an answer
    "words": 60,  # nobody says nothing for so long
}


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
