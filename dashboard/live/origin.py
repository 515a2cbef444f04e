"""A socket carries the session's cookie from whatever page opens it: only pages of our own may."""

from collections.abc import Awaitable, Callable
from typing import Any

from channels.security.websocket import OriginValidator
from django.conf import settings
from django.http.request import split_domain_port, validate_host

Application = Callable[..., Awaitable[None]]


def own_origin_only(application: Application) -> Application:
    """Pages of PUBLIC_URL, and without TLS also those of the very host and port that the socket is opened to."""

    async def check(scope: dict[str, Any], receive: Any, send: Any) -> None:
        allowed = [settings.PUBLIC_URL]
        host = dict(scope["headers"]).get(b"host", b"").decode("latin1")
        if not settings.IS_HTTPS and validate_host(split_domain_port(host)[0], settings.ALLOWED_HOSTS):
            allowed.append(f"http://{host}")
        await OriginValidator(application, allowed)(scope, receive, send)

    return check
