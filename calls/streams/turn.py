"""A slot's turn: a bounded time in which it reads what is most urgent, one shard after another if it has to."""

from __future__ import annotations

import gc
import socket
import threading
import time
import uuid
from contextlib import suppress

from botocore.exceptions import BotoCoreError
from django.conf import settings
from django.db import OperationalError, connection

from calls.models import Shard

from .handlers import handlers
from .kinesis import make_clients
from .reader import read, stopping


def prepare() -> None:
    """What is made once for each process: a shard that changes hands would wait for it."""
    handlers()
    with suppress(OperationalError, BotoCoreError):  # the first turn tries again
        make_clients()
    connection.close()
    gc.freeze()  # what stays for good: looking through it again and again stops all slots for a tenth of a second


def take_turn() -> int | None:
    """The shard with which the next turn is to be asked for; None if nothing waited for a slot."""
    owner = f"{socket.gethostname()[:30]}:{threading.get_ident()}:{uuid.uuid4().hex[:8]}"
    ends_at = time.monotonic() + settings.READ_SLICE_S
    while not stopping.is_set() and (shard := Shard.objects.take_most_urgent(owner)):
        is_to_follow = read(shard, ends_at)
        if stopping.is_set() or time.monotonic() >= ends_at:
            return shard.pk if is_to_follow else None
    return None
