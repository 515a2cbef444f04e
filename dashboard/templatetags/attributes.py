"""The contact attributes that an admin chose to show beside a call, and what their values mean."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

from django import template

from calls.caller_names import attribute_of
from calls.models import Call, ShownAttribute
from dashboard.figures.drops import seen_alike

from .masking import masked_fields

register = template.Library()


class Attribute(NamedTuple):
    label: str
    value: str
    sign: str = ""
    word: str = ""


class Attributes(NamedTuple):
    shown: list[Attribute]
    is_of_earlier_leg: bool = False
    is_chosen: bool = True  # somebody chose any


@register.simple_tag
def shown_attributes(call: Call) -> Attributes:
    """Of the call's record; until it comes, of the newest leg before it: attributes go with the caller.

    What is shown to all alike knows nobody's teams: only of a leg that whoever sees the call sees too.
    """
    chosen = list(call.instance.shown_attributes.all())
    if not chosen:
        return Attributes([], is_chosen=False)
    told = call if call.record else _earlier_leg(call)
    found = [_shown(attribute, attribute_of(told, attribute.key)) for attribute in chosen] if told else []
    return Attributes([each for each in found if each.value], is_of_earlier_leg=told is not None and told is not call)


def _earlier_leg(call: Call) -> Call | None:
    if call.root_contact_id == call.contact_id and not call.previous_contact_id:
        return None
    family = Call.objects.filter(instance=call.instance_id, root_contact_id=call.root_contact_id)
    legs = family.filter(seen_alike(partial(getattr, call)), record__isnull=False)
    return legs.exclude(pk=call.pk).order_by("-began_at", "-pk").first()


def _shown(attribute: ShownAttribute, value: str) -> Attribute:
    masked = "".join(text for _, text in masked_fields({attribute.label: value}))
    if value.casefold() in (each.casefold() for each in attribute.ok_values):
        return Attribute(attribute.label, masked, "✓", "ok")
    if value.casefold() in (each.casefold() for each in attribute.warn_values):
        return Attribute(attribute.label, masked, "▲", "attention")
    return Attribute(attribute.label, masked)
