from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

PROBES = ("/healthz", "/metrics")


class ProbesMiddleware:
    """Load balancers and Prometheus ask by an address within the network, which ALLOWED_HOSTS does not know.

    Their answers hang on no host, so that these two take any.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path in PROBES:
            request.META["HTTP_HOST"] = settings.ALLOWED_HOSTS[0]
        return self.get_response(request)
