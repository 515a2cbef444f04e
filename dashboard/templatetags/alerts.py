"""How alerts are told on pages; what they say stands in calls.alert_sentence."""

from django import template

from calls.alert_sentence import heading, sentence
from calls.models import Alert

from .masking import masked

register = template.Library()
register.filter("heading", heading)
register.filter("sentence", sentence)

SNOOZES = ((5, "5 min"), (15, "15 min"), (60, "1 h"))
NOUNS = {
    Alert.Kind.DROP: "drop",
    Alert.Kind.CATEGORY: "match",
    Alert.Kind.SENTIMENT: "bad mood",
    Alert.Kind.LONG_CALL: "long call",
    Alert.Kind.SILENCE: "silence",
    Alert.Kind.LONG_WAIT: "long wait",
    Alert.Kind.THRESHOLD: "threshold",
}


@register.filter
def what(alert: Alert) -> str:
    """What a button is about: "drop of ••• 0142"."""
    noun = NOUNS[Alert.Kind(alert.kind)]
    if alert.call is None:
        return f"{noun} of {alert.queue.name if alert.queue else 'a queue'}"
    if alert.corrected_at:
        noun = "correction"
    elif noun == "drop" and alert.call.promise == "broken":
        noun = "broken promise"
    return f"{noun} of {masked(alert.call.caller_address) or 'an unknown number'}"


@register.simple_tag
def snoozes() -> tuple[tuple[int, str], ...]:
    """For how many minutes, and how that is said."""
    return SNOOZES


@register.filter
def queue_name(alert: Alert) -> str:
    return alert.call.queue_name if alert.call else alert.queue.name if alert.queue else ""


@register.filter
def joined(names: list[str]) -> str:
    """For a script that takes them apart again: by what is in no name."""
    return "\u001f".join(names)
