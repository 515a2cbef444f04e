"""Where records lie unread nobody can say what has lasted until now."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q

from calls.models import AlertRule, Shard, Stream
from calls.models.moments import in_seconds

LATE_S = 15

Kind = AlertRule.Kind

# A stream that lags will be read in a moment; one that is stopped may be so for long, and mutes no more than it must.
HANGS_ON = {
    Stream.Kind.CONTACT_LENS: (Kind.SILENCE, Kind.SENTIMENT),
    Stream.Kind.CONTACT_EVENTS: tuple(Kind),
    Stream.Kind.AGENT_EVENTS: (Kind.SILENCE, Kind.THRESHOLD),  # who is on hold, and who is free
}


def behind() -> set[tuple[int, str]]:
    """The instances, and the kinds of their rules, that hang on a live stream which is stopped, or not read to its end,
    or not often.
    """
    late = Q(read_at__lt=in_seconds(-LATE_S)) | Q(behind_ms__gt=LATE_S * 1000)
    lags = Exists(Shard.objects.filter(late, stream=OuterRef("pk"), is_ended=False))
    unread = Stream.objects.filter(Q(is_stopped=True) | lags, kind__in=HANGS_ON)
    found = unread.values_list("instance", "kind", "is_stopped")
    return {
        (instance, kind)
        for instance, stream, is_stopped in found
        for kind in (HANGS_ON[Stream.Kind(stream)] if is_stopped else Kind)
    }
