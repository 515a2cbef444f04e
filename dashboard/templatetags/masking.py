"""Numbers of people as shared screens show them."""

import re
from typing import Any

from django import template

from calls.connect.withheld import is_withheld

register = template.Library()

DIGITS_SHOWN = 4
SHORTEST_NUMBER = 7
# A date comes first, or it would be taken for a number; without a plus a number stands apart, unlike parts of ids.
NUMBER = re.compile(
    r"(?P<date>\d{4}-[01]\d-[0-3]\d(?!\d)([T ][\d:.]+)?)"
    r"|\+\d[\d ().-]{5,20}\d"
    r"|(?<![\w-])\(?\d[\d ().-]{5,20}\d(?![\w-])"
)


@register.filter
def masked(address: str) -> str:
    """The last four digits: "••• 0142". Empty when there is no address."""
    if not address:
        return ""
    if is_withheld(address):
        return "number withheld"
    digits = re.sub(r"\D", "", address.partition("@")[0])
    return f"••• {digits[-DIGITS_SHOWN:]}" if len(digits) >= SHORTEST_NUMBER else "•••"


@register.filter
def masked_fields(record: dict[str, Any] | None) -> list[tuple[str, str]]:
    """A record as (path, value), in its own order and without what is empty; numbers in it masked."""
    return [(" / ".join(path), _masked_value(path, value)) for path, value in _leaves(record or {}, ())]


def _leaves(value: Any, path: tuple[str, ...]) -> list[tuple[tuple[str, ...], Any]]:
    if isinstance(value, dict):
        return [leaf for key, each in value.items() for leaf in _leaves(each, (*path, key))]
    if isinstance(value, list):
        return [leaf for index, each in enumerate(value, 1) for leaf in _leaves(each, (*path, str(index)))]
    return [] if value is None or value == "" else [(path, value)]


def _masked_value(path: tuple[str, ...], value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = str(value)
    if path[-1] == "Address":
        return masked(text)
    # A number of Amazon's own has as many digits as a person's.
    if path[-1] == "AWSAccountId" or text.startswith("arn:") or not isinstance(value, str):
        return text
    return NUMBER.sub(lambda found: found[0] if found["date"] else masked(found[0]), text)
