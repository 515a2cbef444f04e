"""How calls and cases are told: times, moods, outcomes, words."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from statistics import fmean

from django import template
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from calls.models import Call, Case
from calls.outcomes import OUTCOMES
from calls.salesforce.client import record_url
from calls.salesforce.errors import SalesforceError
from transcripts.last_words import end_of
from transcripts.models import Segment
from transcripts.reading import place_of

register = template.Library()
register.filter(end_of)

MOODS = {
    "NEGATIVE": ("▼", "negative"),
    "NEUTRAL": ("·", "even"),
    "POSITIVE": ("▲", "positive"),
    "MIXED": ("±", "mixed"),
}
RANKS = {"NEGATIVE": 0, "POSITIVE": 2}
LEAST_FOR_TREND, TREND = 2, 0.25  # turns; by how much their later half differs from the earlier
BETWEEN = "\x1f"
REDACTED = re.compile(r"\[(card number|[A-Z][A-Z_]+)\]")


@register.filter
def iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@register.filter
def local(moment: datetime | None, form: str = "clock") -> SafeString:
    """A <time> in UTC; the page's script writes it in the reader's zone. `form` is clock or moment."""
    if moment is None:
        return SafeString("—")
    words = moment.astimezone(UTC).strftime("%H:%M:%S" if form == "clock" else "%-d %b %Y, %H:%M:%S")
    return format_html('<local-time form="{}"><time datetime="{}">{} UTC</time></local-time>', form, iso(moment), words)


@register.filter
def since(moment: datetime | None) -> SafeString:
    """Time that ticks on the page, hh:mm:ss by the server's clock."""
    if moment is None:
        return SafeString("—")
    told = clock((datetime.now(UTC) - moment).total_seconds())
    return format_html('<since-time><time datetime="{}">{}</time></since-time>', iso(moment), told)


@register.filter
def clock(seconds: float) -> str:
    minutes, rest = divmod(max(0, int(seconds)), 60)
    if minutes >= 48 * 60:
        return f"{minutes // (24 * 60)} days"
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest:02}"


@register.filter
def offset(milliseconds: int) -> str:
    """Where in the call: 06:15."""
    minutes, seconds = divmod(milliseconds // 1000, 60)
    return f"{minutes:02}:{seconds:02}"


@register.filter
def event(content_type: str) -> str:
    """What a chat's event is called: "participant joined" of application/vnd.…event.participant.joined."""
    return " ".join(content_type.rpartition("event.")[2].split("."))


@register.filter
def channel(name: str) -> str:
    """A kind of call that nobody has told yet is a call; an unknown one is shown as it came."""
    return name.capitalize() or "Call"


@register.filter
def seconds_from(later: datetime | None, earlier: datetime | None) -> int | None:
    return max(0, round((later - earlier).total_seconds())) if later and earlier else None


@register.filter
def order(thing: Call | Segment) -> int:
    """Where it stands in its list: calls worst first, then longest; turns as they were said."""
    if isinstance(thing, Segment):
        return place_of(thing).ms
    conversation = getattr(thing, "conversation", None)
    began_at = thing.first_heard_at or thing.began_at
    rank = RANKS.get(conversation.mood, 1) if conversation else 1
    return rank * 10**10 + (int(began_at.timestamp()) if began_at else 10**10 - 1)


@register.filter
def newest_first(moment: datetime | None) -> int:
    return -int(moment.timestamp() * 1000) if moment else 0


@register.filter
def mood(name: str | None) -> SafeString:
    """By sign and by word, so that the colour is never alone."""
    if not name:
        return SafeString("")
    sign, word = MOODS.get(name, ("·", name.lower()))
    return format_html(
        '<span class="mood-word" data-mood="{}"><b aria-hidden="true">{}</b> {}</span>', word, sign, word
    )


@register.filter
def points(values: list[int]) -> str:
    """The line of a trend in a box of 54 by 16."""
    if len(values) == 1:
        values = values * 2
    step = 52 / max(1, len(values) - 1)
    return " ".join(f"{1 + at * step:.0f},{8 - value * 5}" for at, value in enumerate(values))


@register.filter
def trend(values: list[int]) -> str:
    """Where the mood of the customer's last turns, -1 to 1 each, is going; empty while there are too few."""
    if len(values) < LEAST_FOR_TREND:
        return ""
    half = len(values) // 2
    change = fmean(values[-half:]) - fmean(values[:half])
    return "falling" if change < -TREND else "rising" if change > TREND else "even"


@register.filter
def joined(names: Iterable[str] | None) -> str:
    """In one attribute, for the page's scripts: no name holds the character between them."""
    return BETWEEN.join(names or ())


@register.filter
def said(text: str) -> SafeString:
    """A turn's words, what was taken out of them as badges."""
    parts = REDACTED.split(text)
    return format_html_join("", "{}", ((_badge(part) if at % 2 else part,) for at, part in enumerate(parts)))


def _badge(name: str) -> SafeString:
    word = name if name == "PII" else name.replace("_", " ").lower()
    return mark_safe(f'<mark class="redacted">[{escape(word)}]</mark>')  # noqa: S308


@register.filter
def last_drop(case: Case) -> Call | None:
    """The dropped call that the case's cause comes from."""
    dropped = [call for call in case.calls.all() if call.outcome == case.cause]
    return max(dropped, key=lambda call: (call.ended_at or datetime.min.replace(tzinfo=UTC), call.pk), default=None)


@register.filter
def outcome_label(name: str) -> str:
    return OUTCOMES[name].label if name in OUTCOMES else name


@register.filter
def told(value: object) -> str:
    if value is None or value == "":
        return "not set"
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


@register.filter
def salesforce_url(case: Case) -> str:
    """Where a person opens the record; empty while there is none."""
    if case.org is None or not case.salesforce_id:
        return ""
    try:
        return record_url(case.org.lightning_url, case.salesforce_id)
    except SalesforceError:
        return ""
