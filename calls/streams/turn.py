"""A slot's turn: a bounded time in which it reads what is most urgent, one shard after another if it has to."""

from __future__ import annotations

import socket
import threading
import time
import uuid

from django.conf import settings

from calls.models import Shard

from .reader import read, stopping


def take_turn() -> int | None:
    """The shard with which the next turn is to be asked for; None if nothing waited for a slot."""
    owner = f"{socket.gethostname()[:30]}:{threading.get_ident()}:{uuid.uuid4().hex[:8]}"
    ends_at = time.monotonic() + settings.READ_SLICE_S
    while not stopping.is_set() and (shard := Shard.objects.take_most_urgent(owner)):
        is_to_follow = read(shard, ends_at)
        if stopping.is_set() or time.monotonic() >= ends_at:
            return shard.pk if is_to_follow else None
    return None
