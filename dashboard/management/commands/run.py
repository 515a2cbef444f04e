import asyncio
import errno
import http.client
import os
import socket
from collections.abc import Awaitable, Callable

from django.conf import settings
from django.core.management import BaseCommand, CommandError, call_command

from dashboard.processes import EndedError, Processes, procfile, run_until_told


class Command(BaseCommand):
    help = "Run Ringback in this terminal: the web server, the readers, the workers and the clock."
    target = "run"

    def handle(self, *args: object, **options: object) -> None:
        self.refuse_a_taken_port()
        call_command("migrate", verbosity=0)
        self.run_until_told({}, self.start)

    def refuse_a_taken_port(self) -> None:
        host, port = settings.HOST, settings.PORT
        try:
            address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
            with socket.socket(address[0]) as listener:
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                listener.bind(address[4])
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise CommandError(
                    f"Port {port} is taken; choose another with PORT={port + 1} make {self.target}"
                ) from None
            raise CommandError(f"Cannot listen on {host}, port {port}: {error.strerror}.") from None

    def run_until_told(self, env: dict[str, str], start: Callable[[Processes], Awaitable[None]]) -> None:
        env = {
            **os.environ,
            "HOST": settings.HOST,
            "PORT": str(settings.PORT),
            "READER_SLOTS": str(settings.READER_SLOTS),
            "RINGBACK_VAR": str(settings.VAR_DIR),
            "PYTHONUNBUFFERED": "1",
            **env,
        }

        async def run() -> None:
            processes = Processes(settings.BASE_DIR, env)
            await run_until_told(processes, lambda: start(processes))

        try:
            asyncio.run(run())
        except EndedError as error:
            raise CommandError(str(error)) from None

    async def start(self, processes: Processes) -> None:
        await processes.start(*procfile(settings.BASE_DIR / "Procfile"))
        await self.until_the_site_answers()
        self.stdout.write(f"\nRingback is at {settings.PUBLIC_URL} (Ctrl-C stops it).\n\n")

    async def until_the_site_answers(self) -> None:
        while not await asyncio.to_thread(self._answers):
            await asyncio.sleep(0.1)

    def _answers(self) -> bool:
        connection = http.client.HTTPConnection(settings.HOST, settings.PORT, timeout=5)
        try:
            connection.request("GET", settings.LOGIN_URL)
            return connection.getresponse().status < 500
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()
