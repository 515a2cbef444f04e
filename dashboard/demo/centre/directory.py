"""Whose number a contact has: told to the stand-in for Connect's API, for no live stream says it."""

import logging
from collections import deque
from typing import Any

import requests

from dashboard.demo.centre.call import Call, contact

_KEPT, _BATCH = 20_000, 500
_AGAIN_AFTER_S = 5.0

log = logging.getLogger(__name__)


class Directory:
    """Without an address there is nobody to tell. What cannot be told is kept and tried again."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._waiting: deque[dict[str, Any]] = deque(maxlen=_KEPT)
        self._again_at = 0.0

    def introduce(self, call: Call) -> None:
        if self._url:
            self._waiting.append(contact(call))

    def flush(self, now: float) -> None:
        while self._waiting and now >= self._again_at:
            batch = [self._waiting[n] for n in range(min(_BATCH, len(self._waiting)))]
            try:
                requests.put(f"{self._url}/control/contacts", json=batch, timeout=2).raise_for_status()
            except requests.RequestException as error:
                log.warning("Connect's stand-in cannot be told of contacts (%s)", type(error).__name__)
                self._again_at = now + _AGAIN_AFTER_S
            else:
                for _ in batch:
                    self._waiting.popleft()
