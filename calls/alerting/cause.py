from __future__ import annotations

from typing import Any, NamedTuple

from django.db.models import Q

from calls.models import AlertRule


class Cause(NamedTuple):
    """What an alert is raised for, once: of a call or of a queue."""

    rule: AlertRule
    detail: dict[str, Any]  # the alert's
    call_id: int | None = None
    queue_id: int | None = None
    fulfilled_by: str = ""  # its name, where it is so once for all; empty: what lasts, and may come again


class Way(NamedTuple):
    """One of the ways in which a call fulfils a rule: which calls in progress do, and what their alert says."""

    calls: Q
    detail: dict[str, Any]
    is_by_clock: bool = True  # then it says nothing while records lie unread


class Trial(NamedTuple):
    """What a rule would have raised: the call of each alert, one more than once if it was; a queue's have none."""

    calls: list[int]
    without_call: int = 0
    remark: str = ""  # what history does not tell, or tells otherwise

    @property
    def alerts(self) -> int:
        return len(self.calls) + self.without_call
