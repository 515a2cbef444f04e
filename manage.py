#!/usr/bin/env python
import os
import sys
from pathlib import Path


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    use_embedded_servers()
    try:
        from dashboard import settings  # noqa: F401 - so that a wrong value is one line, not a traceback
    except ImproperlyConfigured as error:
        sys.exit(f"Ringback cannot start: {error}")
    execute_from_command_line(sys.argv)


def use_embedded_servers() -> None:
    if os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL"):
        return
    from dashboard import embedded

    try:
        servers = embedded.use(Path(os.environ.get("RINGBACK_VAR") or Path(__file__).parent / "var"))
    except embedded.EmbeddedError as error:
        sys.exit(f"Ringback cannot start: {error}")
    os.environ["DATABASE_URL"] = os.environ.get("DATABASE_URL") or servers.database_url
    os.environ["REDIS_URL"] = os.environ.get("REDIS_URL") or servers.redis_url


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
