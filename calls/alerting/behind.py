"""Where records lie unread nobody can say what has lasted until now."""

from __future__ import annotations

from django.db.models import Q

from calls.models import Shard, Stream
from calls.models.moments import in_seconds

LATE_S = 15


def behind() -> set[int]:
    """The instances of which a live stream is not read to its end, or not often."""
    late = Q(read_at__lt=in_seconds(-LATE_S)) | Q(behind_ms__gt=LATE_S * 1000)
    watched = Shard.objects.filter(is_ended=False, stream__is_stopped=False)
    live = watched.exclude(stream__kind=Stream.Kind.CONTACT_RECORDS)
    return set(live.filter(late).values_list("stream__instance", flat=True))
