import os
import warnings
from typing import Any

import kombu
from celery import Celery
from celery.app.amqp import AMQP
from celery.exceptions import SecurityWarning
from celery.signals import setup_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")

# Root is warned because of pickled tasks; ours are JSON.
warnings.filterwarnings("ignore", category=SecurityWarning)

RECONNECT_S = 2


class Connection(kombu.Connection):
    """Workers and the clock ask for a broker that is away again and again, after up to half a minute at last."""

    def ensure_connection(self, *args: Any, **kwargs: Any) -> Any:
        return super().ensure_connection(*args, **{"interval_max": RECONNECT_S, **kwargs})


class Amqp(AMQP):
    Connection = Connection


app = Celery("ringback", amqp=Amqp)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def keep_our_logging(**_: object) -> None:
    """That somebody listens here is enough: Celery then leaves Django's LOGGING as it is."""
