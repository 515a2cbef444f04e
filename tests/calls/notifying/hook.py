"""A webhook's receiver on this machine, with a certificate of its own for hooks.acme.example."""

from __future__ import annotations

import json
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import trustme
from aiohttp import TCPConnector
from aiohttp.abc import AbstractResolver, ResolveResult

HOST = "hooks.acme.example"


@dataclass
class Got:
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def told(self) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(self.body)
        return told


@dataclass
class Hook:
    authority: trustme.CA
    port: int = 0
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    answer: bytes = b"ok"
    got: list[Got] = field(default_factory=list)
    names: list[str | None] = field(default_factory=list)  # what was asked for in the TLS handshake

    @property
    def address(self) -> str:
        return f"https://{HOST}:{self.port}/team/secret-path"

    def connect(self) -> TCPConnector:
        """As to a public server: this machine stands for it."""
        trust = ssl.create_default_context()
        self.authority.configure_trust(trust)
        return TCPConnector(resolver=Here(), ssl=trust, force_close=True)


class Here(AbstractResolver):
    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [
            ResolveResult(
                hostname=host, host="127.0.0.1", port=port, family=socket.AF_INET, proto=0, flags=socket.AI_NUMERICHOST
            )
        ]

    async def close(self) -> None:
        pass


@contextmanager
def hook_server(authority: trustme.CA) -> Iterator[Hook]:
    hook = Hook(authority)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            hook.got.append(Got(self.path, dict(self.headers), body))
            self.send_response(hook.status)
            for name, value in hook.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(hook.answer)

        def log_message(self, format: str, *args: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            pass  # whoever hangs up before the end may

    with Server(("127.0.0.1", 0), Handler) as server:
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        authority.issue_cert(HOST).configure_cert(tls)
        tls.sni_callback = lambda _, name, __: hook.names.append(name)
        server.socket = tls.wrap_socket(server.socket, server_side=True)
        hook.port = server.server_port
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield hook
        finally:
            server.shutdown()
            thread.join()
