"""The stand-in as a server: HTTPS on a loopback port, in a thread of its own."""

import asyncio
import ssl
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Self

from aiohttp import web

from dashboard.demo.salesforce import pages, rest
from dashboard.demo.salesforce.certificates import ensure_certificates
from dashboard.demo.salesforce.oauth import OAuth
from dashboard.demo.salesforce.org import DAILY_CALLS, Org

LONGEST_LINE = 16_384  # of a request: Salesforce's own bound, and a query of 500 ids needs most of it


class SalesforceStandIn:
    """A context manager; `url` and `ca_file` are set while it runs. Port 0 takes a free one.

    `cases` is the file that keeps them over a restart; without one they end with the server.
    """

    def __init__(
        self,
        port: int = 0,
        *,
        certificates: Path,
        cases: Path | None = None,
        client_secret: str = "",
        jwt_public_key: str = "",
    ) -> None:
        self.port = port
        self._cases = cases
        self.ca_file, self._server_file = ensure_certificates(certificates)
        self._client_secret, self._jwt_public_key = client_secret, jwt_public_key
        self._thread = threading.Thread(target=self._serve, name="salesforce-stand-in", daemon=True)
        self._started: Future[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = Future()

    @property
    def url(self) -> str:
        return f"https://localhost:{self.port}"

    def __enter__(self) -> Self:
        self._thread.start()
        self._started.result()
        return self

    def __exit__(self, *_: object) -> None:
        loop, stop = self._started.result()
        loop.call_soon_threadsafe(stop.set)
        self._thread.join()

    def _serve(self) -> None:
        try:
            asyncio.run(self._run())
        except (OSError, ValueError) as error:  # the port is taken, the certificate or the cases cannot be read
            self._started.set_exception(error)

    async def _run(self) -> None:
        org = Org(self._cases)
        app = application(org, OAuth(org, self._client_secret, self._jwt_public_key))
        # Long requests are cut off at once: a slow answer is a fault that was asked for.
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1, max_line_size=LONGEST_LINE)
        await runner.setup()
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.load_cert_chain(self._server_file)
        try:
            await web.TCPSite(runner, "127.0.0.1", self.port, ssl_context=tls).start()
            self.port = runner.addresses[0][1]
            stop = asyncio.Event()
            self._started.set_result((asyncio.get_running_loop(), stop))
            await stop.wait()
        finally:
            await close(runner)


async def close(runner: web.AppRunner) -> None:
    """A closing TLS connection waits for its peer to say goodbye, for longer than this loop lives: cut it."""
    transports = [connection.transport for connection in runner.server.connections] if runner.server else []
    await runner.cleanup()
    for transport in filter(None, transports):
        transport.abort()
    await asyncio.sleep(0)  # they close in the loop's next round


def application(org: Org, oauth: OAuth) -> web.Application:
    app = web.Application(middlewares=[answer_with_faults, count_and_authorise], client_max_size=8 * 1024**2)
    app[rest.ORG] = org
    app.add_routes([web.post("/services/oauth2/token", oauth.token)])
    app.add_routes(rest.routes)
    app.add_routes(pages.routes)
    return app


Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def answer_with_faults(request: web.Request, handler: Handler) -> web.StreamResponse:
    faults = request.app[rest.ORG].faults
    if request.path.startswith("/_stand_in/"):
        return await handler(request)
    if faults.down:
        return web.Response(text="<html><h1>Down for maintenance</h1></html>", content_type="text/html", status=503)
    answer = await handler(request)
    # Slow after the work is done, as the worst case is: the record is saved and nobody hears of it.
    await asyncio.sleep(faults.slow_ms / 1000)
    return answer


@web.middleware
async def count_and_authorise(request: web.Request, handler: Handler) -> web.StreamResponse:
    if not request.path.startswith("/services/data/"):
        return await handler(request)
    org = request.app[rest.ORG]
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if token not in org.tokens or org.faults.refuse_tokens:
        return rest.refuse(401, "INVALID_SESSION_ID", "Session expired or invalid")
    if org.faults.limit:
        return rest.refuse(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")
    org.calls += 1
    try:
        answer = await handler(request)
    except web.HTTPNotFound:
        answer = rest.refuse(404, "NOT_FOUND", "The requested resource does not exist")
    answer.headers["Sforce-Limit-Info"] = f"api-usage={org.calls}/{DAILY_CALLS}"
    return answer
