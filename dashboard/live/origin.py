"""A socket carries the session's cookie from whatever page opens it: only pages of our own may."""

from collections.abc import Mapping
from urllib.parse import urlparse

from channels.security.websocket import OriginValidator
from django.conf import settings
from django.http.request import split_domain_port, validate_host


def is_own(headers: Mapping[bytes, bytes]) -> bool:
    """Pages of PUBLIC_URL, and without TLS also those of the very host and port that the socket is opened to."""
    allowed = [settings.PUBLIC_URL]
    host = headers.get(b"host", b"").decode("latin1")
    if not settings.IS_HTTPS and validate_host(split_domain_port(host)[0], settings.ALLOWED_HOSTS):
        allowed.append(f"http://{host}")
    try:
        origin = urlparse(headers[b"origin"].decode("latin1"))
        return bool(OriginValidator(None, allowed).valid_origin(origin))
    except (KeyError, ValueError):
        return False
