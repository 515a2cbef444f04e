"""A server that signs everybody in and then gives one answer to every call: for what a good stand-in never says."""

import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from dashboard.demo.salesforce.certificates import ensure_certificates


@dataclass
class Canned:
    status: int = 200
    body: str = "[]"
    headers: dict[str, str] = field(default_factory=dict)
    token_status: int = 200
    token_body: str | None = None
    token_headers: dict[str, str] = field(default_factory=dict)
    url: str = ""
    requests: list[str] = field(default_factory=list)
    authorizations: list[str | None] = field(default_factory=list)

    def token(self) -> str:
        return self.token_body or json.dumps({"access_token": "00D!canned", "instance_url": self.url})


@contextmanager
def serve(canned: Canned, certificates: Path) -> Iterator[Canned]:
    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            canned.requests.append(f"{self.command} {self.path}")
            canned.authorizations.append(self.headers.get("Authorization"))
            if self.path == "/services/oauth2/token":
                self.say(canned.token_status, canned.token(), canned.token_headers)
            else:
                self.say(canned.status, canned.body, canned.headers)

        do_GET = do_POST = do_PATCH = answer  # noqa: N815

        def say(self, status: int, body: str, headers: dict[str, str]) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body.encode())))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.load_cert_chain(ensure_certificates(certificates)[1])
        server.socket = tls.wrap_socket(server.socket, server_side=True)
        canned.url = f"https://localhost:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield canned
        finally:
            server.shutdown()
            thread.join()
