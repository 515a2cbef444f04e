"""Set-up kept in a file: what `manage.py configure` reads, checks and brings the database to."""

from calls.configuration.apply import configure
from calls.configuration.errors import ConfigurationError

__all__ = ["ConfigurationError", "configure"]
