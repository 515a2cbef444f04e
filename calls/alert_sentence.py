"""What an alert says, for pages and messages alike: a heading, and what its caller, or its queue, has come to.

No words of a conversation and no number is in it: whoever shows it puts before it whom they may name.
"""

from __future__ import annotations

from typing import Any

from calls.models import Alert
from calls.models.queue_level import LOW_IS_BAD, Figure
from calls.outcomes import OUTCOMES
from calls.outcomes.names import clock


def heading(alert: Alert) -> str:
    """Such as "Dropped", "Long wait" or "Corrected: answered"."""
    call = alert.call
    if call and alert.corrected_at:
        kind = OUTCOMES.get(call.outcome)
        return f"Corrected: {(kind.label if kind else call.outcome).lower()}"
    if call and alert.kind == Alert.Kind.DROP and call.promise == "broken":
        return "Promise broken"
    return alert.get_kind_display()


def sentence(alert: Alert) -> str:
    """What follows upon the caller or the queue, without a full stop: "has waited for longer than 2:00"."""
    detail: dict[str, Any] = alert.detail
    match alert.kind:
        case Alert.Kind.DROP:
            return _drop(alert)
        case Alert.Kind.CATEGORY:
            return f"is in a call that matches “{detail.get('category', '')}”"
        case Alert.Kind.SENTIMENT:
            return _mood(detail)
        case Alert.Kind.THRESHOLD:
            return _threshold(detail)
    return TOO_LONG[Alert.Kind(alert.kind)].format(clock(detail.get("seconds", 0)))


TOO_LONG = {
    Alert.Kind.LONG_CALL: "has been on the line for longer than {}",
    Alert.Kind.SILENCE: "is in a call in which nobody has spoken for longer than {}",
    Alert.Kind.LONG_WAIT: "has waited for longer than {}",
}


def _drop(alert: Alert) -> str:
    if alert.call is None:
        return "was dropped"
    told = alert.call.sentence or "was dropped"
    if alert.call.promise == "broken" and not alert.corrected_at:
        return f"{told}, and nobody went on with the call"
    return told


def _mood(detail: dict[str, Any]) -> str:
    if "turns" in detail:
        return f"has said {detail['turns']} negative turns in a row"
    return f"has been in a negative mood for longer than {clock(detail.get('seconds', 0))}"


STANDS_AT = {
    Figure.WAITING: "has {value:g} callers waiting",
    Figure.OLDEST_S: "has a caller who has waited for {clock}",
    Figure.AGENTS_FREE: "has {value:g} agents available",
    Figure.SERVICE_LEVEL: "has a service level of {value:g} % today",
    Figure.ABANDON_RATE: "has an abandon rate of {value:g} % today",
}


def _threshold(detail: dict[str, Any]) -> str:
    figure = detail.get("figure")
    if figure not in STANDS_AT:
        return "is past one of its thresholds"
    value, limit = detail["value"], detail["limit"]
    told = STANDS_AT[figure].format(value=value, clock=clock(value))
    bound = clock(limit) if figure == Figure.OLDEST_S else f"{limit:g}"
    return f"{told}: {detail['level']} from {bound} {'down' if figure in LOW_IS_BAD else 'on'}"
