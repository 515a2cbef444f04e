"""PostgreSQL and Redis from the wheels, run by us, for those who have no servers of their own."""

from dashboard.embedded.errors import EmbeddedError
from dashboard.embedded.session import Servers, use

__all__ = ["EmbeddedError", "Servers", "use"]
