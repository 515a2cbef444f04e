from datetime import UTC, datetime

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from calls.alarms import alarms
from dashboard.live.notices import Notice, Reader

from .viewer import Viewer

register = template.Library()


@register.inclusion_tag("live/notice.html")
def intake_notice(viewer: Viewer) -> Notice:
    """What is wrong with the intake, as the page's socket goes on to tell it."""
    return Reader.of(viewer.scope, viewer.rights).notice(alarms())


@register.filter
def minute(moment: datetime) -> SafeString:
    """As `local`, without seconds."""
    told = moment.astimezone(UTC).strftime("%H:%M")
    iso = moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%MZ")
    return format_html('<local-time form="minute"><time datetime="{}">{} UTC</time></local-time>', iso, told)
