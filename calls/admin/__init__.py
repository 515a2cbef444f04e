"""Set-up by hand, and what came of it. Bytes of dead letters are for superusers alone."""

from calls.admin import cases, dead_letters, instances, orgs, people, streams, teams  # noqa: F401 - they register
from calls.admin.site import site

__all__ = ["site"]
