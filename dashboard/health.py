"""What a load balancer and a monitor ask: are we up, and what works only in part? Nothing of it is secret."""

from django.db import Error
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from calls.alarms import Alarm, alarms, redis_alarms


@require_safe
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """503 only if the database fails: without Redis or streams people still see and work what is there."""
    try:
        degraded = [_in_short(alarm) for alarm in [*redis_alarms(), *alarms()]]
    except Error:
        return JsonResponse({"status": "database"}, status=503)
    return JsonResponse({"status": "ok", "degraded": degraded})


def _in_short(alarm: Alarm) -> str:
    """Everybody may ask: the kind of alarm and what it is about, in none of the words that others gave us."""
    about = f"{alarm.stream.instance.alias}/{alarm.stream.kind}" if alarm.stream else alarm.about
    return f"{alarm.kind}: {about}" if about else alarm.kind
