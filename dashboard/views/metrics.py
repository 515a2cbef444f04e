"""Metrics for whoever holds METRICS_TOKEN, and for people who set up. For everybody else there is no such page."""

import hmac

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder

from calls.rights import rights_of
from dashboard.metrics import registry

REGISTRY: CollectorRegistry = registry()


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    if not (_holds_the_token(request) or "setup" in rights_of(request.user)):
        if not settings.METRICS_TOKEN:
            raise Http404
        return HttpResponse(status=401, headers={"WWW-Authenticate": 'Bearer realm="metrics"'})
    encode, content_type = choose_encoder(request.headers.get("Accept", ""))
    return HttpResponse(encode(REGISTRY), content_type=content_type)


def _holds_the_token(request: HttpRequest) -> bool:
    given = request.headers.get("Authorization", "").encode()
    return bool(settings.METRICS_TOKEN) and hmac.compare_digest(given, f"Bearer {settings.METRICS_TOKEN}".encode())
