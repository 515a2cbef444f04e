import atexit
import os
import shutil
import tempfile
from pathlib import Path

import django

from dashboard import embedded


def use_servers_of_our_own() -> None:
    """Before the settings load, which want their addresses; stopped when pytest ends, however it ends."""
    var = Path(tempfile.mkdtemp(prefix="ringback-tests-"))
    atexit.register(shutil.rmtree, var, ignore_errors=True)  # runs after the servers have been stopped
    servers = embedded.use(var, is_durable=False)
    for name in ("PUBLIC_URL", "PORT", "HOST", "DEBUG", "SECRET_KEY", "RINGBACK_SECRETS_KEYS"):
        os.environ.pop(name, None)
    os.environ["RINGBACK_VAR"] = str(var)
    os.environ["DATABASE_URL"] = servers.database_url
    os.environ["REDIS_URL"] = servers.redis_url
    os.environ["DJANGO_SETTINGS_MODULE"] = "dashboard.settings"
    django.setup()


use_servers_of_our_own()
