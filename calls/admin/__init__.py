"""Set-up by hand, and what came of it. Bytes of dead letters are for superusers alone."""

from calls.admin import (  # noqa: F401 - they register
    alert_channels,
    alert_rules,
    backfills,
    cases,
    dead_letters,
    gaps,
    instances,
    orgs,
    people,
    queue_levels,
    screens,
    shown_attributes,
    streams,
    teams,
)
from calls.admin.site import site

__all__ = ["site"]
