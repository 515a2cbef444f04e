from django import template

from calls.alarms import alarms
from calls.models import Person
from calls.rights import rights_of
from calls.scope import Scope
from dashboard.live.notices import Reader, notice

register = template.Library()


@register.simple_tag
def intake_notice(person: Person) -> str:
    """What is wrong with the intake, as the page's socket goes on to tell it."""
    return notice(alarms(), Reader.of(Scope.of(person), rights_of(person)))
