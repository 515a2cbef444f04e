"""How many wrong links were tried of late, so that nobody tries them all."""

from __future__ import annotations

import time
from collections import deque

MOST = 30
WITHIN_S = 60.0

_tried: deque[float] = deque(maxlen=MOST)  # of this process


def are_too_many() -> bool:
    return len(_tried) == MOST and time.monotonic() - _tried[0] < WITHIN_S


def note() -> None:
    _tried.append(time.monotonic())
