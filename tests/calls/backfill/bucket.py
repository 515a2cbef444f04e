"""S3 as far as a backfill speaks to it, on a real port: ListObjectsV2 by pages, and GetObject from an offset on."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

LAST_MODIFIED = "2026-11-02T10:00:00.000Z"


class Bucket:
    """Its objects by key. `page` is how many a listing names at once; `breaks` how many answers end too early."""

    def __init__(self, page: int = 1000) -> None:
        self.objects: dict[str, bytes] = {}
        self.page = page
        self.breaks = 0
        self.refuses = ""
        self.asked: list[str] = []
        self.url = ""

    @contextmanager
    def open(self) -> Iterator[Bucket]:
        handler = type("Handler", (_Handler,), {"bucket": self})
        with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
            self.url = f"http://127.0.0.1:{server.server_address[1]}"
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
            thread.start()
            try:
                yield self
            finally:
                server.shutdown()
                thread.join()


class _Handler(BaseHTTPRequestHandler):
    bucket: Bucket

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        key = unquote(parts.path.lstrip("/").partition("/")[2])
        self.bucket.asked.append(f"{key or 'list'} {self.headers.get('Range', '')}".strip())
        if self.bucket.refuses:
            self._answer(403, f"<Error><Code>{self.bucket.refuses}</Code></Error>".encode())
        elif key:
            self._object(key)
        else:
            self._answer(200, self._listing({name: values[0] for name, values in parse_qs(parts.query).items()}))

    def _listing(self, asked: dict[str, str]) -> bytes:
        after = asked.get("continuation-token") or asked.get("start-after", "")
        keys = [key for key in sorted(self.bucket.objects) if key.startswith(asked.get("prefix", "")) and key > after]
        page = keys[: self.bucket.page]
        more = f"<NextContinuationToken>{escape(page[-1])}</NextContinuationToken>" if page != keys else ""
        contents = "".join(
            f"<Contents><Key>{escape(key)}</Key><LastModified>{LAST_MODIFIED}</LastModified>"
            f"<ETag>{_etag(self.bucket.objects[key])}</ETag><Size>{len(self.bucket.objects[key])}</Size></Contents>"
            for key in page
        )
        truncated = str(page != keys).lower()
        return f"<ListBucketResult><IsTruncated>{truncated}</IsTruncated>{more}{contents}</ListBucketResult>".encode()

    def _object(self, key: str) -> None:
        data = self.bucket.objects[key]
        if self.headers.get("If-Match") not in (None, _etag(data)):
            self._answer(412, b"<Error><Code>PreconditionFailed</Code></Error>")
            return
        start = int((self.headers.get("Range") or "bytes=0-").removeprefix("bytes=").rstrip("-"))
        self._answer(206, data[start:], is_whole=not self.bucket.breaks)
        self.bucket.breaks = max(0, self.bucket.breaks - 1)

    def _answer(self, status: int, body: bytes, *, is_whole: bool = True) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Last-Modified", formatdate(0, usegmt=True))
        self.end_headers()
        self.wfile.write(body if is_whole else body[: len(body) // 2])
        self.close_connection = not is_whole

    def log_message(self, *_: object) -> None:
        pass


def _etag(data: bytes) -> str:
    return f'"{hashlib.sha256(data).hexdigest()}"'
