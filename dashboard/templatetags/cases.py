from django import template
from django.template import Context

from calls.models import Case

register = template.Library()


@register.simple_tag
def dispositions() -> list[tuple[str, str]]:
    """What a person may close a case with: withdrawing is Ringback's own."""
    return [choice for choice in Case.Disposition.choices if choice[0] != Case.Disposition.WITHDRAWN]


@register.simple_tag(takes_context=True)
def toggled(context: Context, key: str, value: str) -> str:
    """The page's address with one value of a filter put in, or taken out, and back on the first page."""
    query = context["request"].GET.copy()
    chosen = query.getlist(key)
    query.setlist(key, [each for each in chosen if each != value] if value in chosen else [*chosen, value])
    query.pop("page", None)
    return f"?{query.urlencode()}"
