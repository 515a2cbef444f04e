"""What a load balancer and a monitor ask: are we up, and what works only in part? Nothing of it is secret."""

from collections.abc import Iterator

import redis
from django.conf import settings
from django.db import Error
from django.db.models import Max, Min, Q
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from calls.models import Shard, Stream
from calls.models.moments import in_seconds

LATE_S = 20


@require_safe
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """503 only if the database fails: without Redis or streams people still see and work what is there."""
    try:
        degraded = [*_streams(), *_sweep()]
    except Error:
        return JsonResponse({"status": "database"}, status=503)
    return JsonResponse({"status": "ok", "degraded": [*_redis(), *degraded]})


def _redis() -> Iterator[str]:
    try:
        with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1) as client:
            client.ping()
    except (redis.RedisError, OSError):
        yield "redis"


def _sweep() -> Iterator[str]:
    """The sweep queues a reader for each shard that has none: one that has waited long waits for the sweep."""
    late = in_seconds(-LATE_S)
    waiting = Shard.objects.unattended().filter(
        Q(lease_expires_at=None) | Q(lease_expires_at__lt=late), Q(queued_at=None) | Q(queued_at__lt=late)
    )
    if waiting.exists():
        yield "sweep"


def _streams() -> Iterator[str]:
    """By the worst shard of each: the one that was read longest ago, or from furthest behind."""
    open_shards = Q(shards__is_ended=False)
    streams = Stream.objects.select_related("instance").annotate(
        read_at=Min("shards__read_at", filter=open_shards), behind_ms=Max("shards__behind_ms", filter=open_shards)
    )
    late = Q(read_at=None) | Q(read_at__lt=in_seconds(-LATE_S)) | Q(behind_ms__gt=LATE_S * 1000)
    for stream in streams.filter(Q(is_stopped=True) | late):
        yield f"{'stopped' if stream.is_stopped else 'lag'}: {stream.instance.alias}/{stream.kind}"
