"""Where records lie unread nobody can say what has lasted until now."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from calls.models import Shard, Stream
from calls.models.moments import in_seconds

LATE_S = 15


def is_known_until_now() -> Q:
    """Of calls: the live streams of their instance are read to their end, and often."""
    return ~Q(instance__in=_behind())


def behind() -> set[int]:
    """The other instances."""
    return {pk for (pk,) in _behind().values_list("stream__instance")}


def _behind() -> QuerySet[Shard, Any]:
    late = Q(read_at__lt=in_seconds(-LATE_S)) | Q(behind_ms__gt=LATE_S * 1000)
    watched = Shard.objects.filter(is_ended=False, stream__is_stopped=False)
    return watched.exclude(stream__kind=Stream.Kind.CONTACT_RECORDS).filter(late).values("stream__instance")
