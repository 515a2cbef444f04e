"""A message to a webhook: signed, over https, to public addresses, and no further."""

from __future__ import annotations

import asyncio
import errno
import hashlib
import hmac
import time
from collections.abc import Callable

import aiohttp

from calls.models import AlertChannel

from .bodies import body_of
from .errors import UndeliveredError
from .message import Message
from .public_only import public_only

TIMEOUT = aiohttp.ClientTimeout(total=15, sock_connect=5)

Connect = Callable[[], aiohttp.TCPConnector]


def send_webhook(channel: AlertChannel, message: Message, connect: Connect = public_only) -> None:
    body = body_of(channel, message)
    if not channel.address.startswith("https://"):
        raise UndeliveredError("Its address does not begin with https://")
    headers = {"Content-Type": "application/json", "User-Agent": "Ringback"}
    if channel.signing_key:
        headers |= signature(channel.signing_key, body, int(time.time()))
    try:
        status = asyncio.run(_posted(channel.address, body, headers, connect))
    except (aiohttp.ClientError, OSError, ValueError) as error:
        raise UndeliveredError(_words(error)) from None
    if not 200 <= status < 300:
        raise UndeliveredError(f"It answers {status}{' (redirects are not followed)' if 300 <= status < 400 else ''}")


def signature(key: str, body: bytes, at: int) -> dict[str, str]:
    """Over the moment too, so that what somebody has recorded cannot be sent again later."""
    digest = hmac.new(key.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return {"Ringback-Timestamp": str(at), "Ringback-Signature": f"sha256={digest}"}


async def _posted(address: str, body: bytes, headers: dict[str, str], connect: Connect) -> int:
    """The status. What else it answers is not read, however much it is."""
    async with (
        aiohttp.ClientSession(connector=connect(), timeout=TIMEOUT, trust_env=False) as session,
        session.post(address, data=body, headers=headers, allow_redirects=False) as answer,
    ):
        return answer.status


def _words(error: Exception) -> str:
    match error:
        case TimeoutError():
            return "It does not answer in time"
        case aiohttp.ClientConnectorCertificateError() | aiohttp.ClientSSLError():
            return "Its certificate is not trusted"
        case aiohttp.ClientConnectorDNSError():
            return "Its name is not known"
        case OSError(errno=errno.EACCES):
            return "Its address is not a public one"
        case aiohttp.InvalidURL() | ValueError():
            return "Its address is not one"
    return f"It cannot be reached: {type(error).__name__}"
