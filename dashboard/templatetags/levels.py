"""What level a queue's figure has reached: by sign and by word, so that the colour is never alone."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from calls.models.queue_level import LOW_IS_BAD, Figure
from dashboard.figures.queue_tile import Breach, QueueTile

register = template.Library()

SIGNS = {"amber": "▲", "red": "‼"}
NBSP = "\N{NO-BREAK SPACE}"


@register.filter
def level_sign(level: str) -> str:
    return SIGNS[level]


@register.simple_tag
def leveled(queue: QueueTile, name: str) -> SafeString:
    """A figure of the queue with the level it has reached; nothing where nobody tells it."""
    figure = Figure(name)
    words = _words(queue, figure)
    breach = next((breach for breach in queue.breaches if breach.figure == figure), None)
    if not words or breach is None:
        return format_html("<span>{}</span>", words) if words else SafeString("")
    return format_html(
        '<span data-level="{level}" title="{why}"><b aria-hidden="true">{sign}</b>{gap}{words}'
        '<span class="unseen">, {why}</span></span>',
        level=breach.level,
        why=f"{breach.level}: {_limit(breach)}",
        sign=SIGNS[breach.level],
        gap=NBSP,
        words=words,
    )


def _words(queue: QueueTile, figure: Figure) -> str:
    told = {
        Figure.WAITING: (queue.waiting.callers if queue.waiting else None, "{} waiting"),
        Figure.AGENTS_FREE: (queue.agents_free, "{} free"),
        Figure.SERVICE_LEVEL: (queue.service_level, f"level {{}}{NBSP}%"),
        Figure.ABANDON_RATE: (queue.abandon_rate, f"abandoned {{}}{NBSP}%"),
    }
    value, words = told[figure]
    return "" if value is None else words.format(value)


def _limit(breach: Breach) -> str:
    """From which value on it has its level: "10 or more"."""
    unit = f"{NBSP}%" if breach.figure in (Figure.SERVICE_LEVEL, Figure.ABANDON_RATE) else ""
    return f"{breach.limit:g}{unit} or {'less' if breach.figure in LOW_IS_BAD else 'more'}"
