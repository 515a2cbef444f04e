"""The mail server, from one address: smtp+tls://user:password@mail.acme.example:587"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

HELP = "EMAIL_URL must be smtp+tls://user:password@host:587, smtp+ssl://user:password@host:465 or smtp://host:25."
PORTS = {"smtp": 25, "smtp+tls": 587, "smtp+ssl": 465}
LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class MailServer:
    host: str = ""  # empty: there is none
    port: int = 0
    user: str = ""
    password: str = ""
    starts_tls: bool = False
    is_tls: bool = False

    @classmethod
    def parse(cls, address: str) -> MailServer:
        """ValueError, which names no password, if it is no such address."""
        if not address:
            return cls()
        try:
            parts = urlsplit(address)
            port = parts.port
        except ValueError:
            raise ValueError(HELP) from None
        if parts.scheme not in PORTS or not parts.hostname or parts.path.strip("/") or parts.query:
            raise ValueError(HELP)
        if parts.username and parts.scheme == "smtp" and parts.hostname not in LOOPBACK:
            raise ValueError("EMAIL_URL would send a password in the clear: use smtp+tls:// or smtp+ssl://.")
        return cls(
            parts.hostname,
            port or PORTS[parts.scheme],
            unquote(parts.username or ""),
            unquote(parts.password or ""),
            starts_tls=parts.scheme == "smtp+tls",
            is_tls=parts.scheme == "smtp+ssl",
        )
