"""How turns are told: their words with what is marked in them, and where categories were said."""

from itertools import pairwise
from typing import Any

import msgspec
from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from dashboard.templatetags.telling import REDACTED, said
from transcripts.models import Segment

register = template.Library()


@register.filter
def spoken(turn: Segment) -> SafeString:
    """A turn's words: those of an issue marked, and what was taken out of them as badges."""
    parts: list[str] = []
    for begin, end, is_badge in _stretches(turn.content):
        if is_badge:
            parts.append(said(turn.content[begin:end]))
            continue
        for at, to, is_issue in _cut(begin, end, turn.issues):
            words = escape(turn.content[at:to])
            parts.append(f'<mark class="issue">{words}</mark>' if is_issue else words)
    return mark_safe("".join(parts))  # noqa: S308 - escaped, each


def _stretches(text: str) -> list[tuple[int, int, bool]]:
    """From, to, and whether something was taken out there."""
    found, at = [], 0
    for badge in REDACTED.finditer(text):
        found += [(at, badge.start(), False), (badge.start(), badge.end(), True)]
        at = badge.end()
    return [*found, (at, len(text), False)]


def _cut(begin: int, end: int, issues: list[list[int]]) -> list[tuple[int, int, bool]]:
    """The stretch in parts that are within an issue or not; issues may overlap."""
    edges = sorted({begin, end, *(at for issue in issues for at in issue if begin < at < end)})
    return [(at, to, any(first <= at and to <= last for first, last in issues)) for at, to in pairwise(edges)]


@register.filter
def places(match: dict[str, Any]) -> str:
    """Where a category matched, as `transcripts.matches` tells it, for the page's script."""
    return msgspec.json.encode(match.get("points", [])).decode()
