"""A mail server that keeps what it is given, and refuses what it is told to."""

from __future__ import annotations

import email
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage, Message
from email.policy import default


@dataclass
class MailServer:
    port: int = 0
    refuses: str = ""  # the beginning of the command that is refused
    code: int = 451
    mails: list[EmailMessage] = field(default_factory=list)
    envelopes: list[tuple[str, list[str]]] = field(default_factory=list)


@contextmanager
def mail_server() -> Iterator[MailServer]:
    told = MailServer()

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.say(220, "ready")
            to: list[str] = []
            sender = ""
            while line := self.rfile.readline().decode().strip():
                verb = line.split(" ")[0].upper()
                if told.refuses and line.upper().startswith(told.refuses.upper()):
                    self.say(told.code, "refused")
                elif verb == "DATA":
                    self.take(sender, to)
                else:
                    sender = line[10:] if verb == "MAIL" else sender
                    to += [line[8:]] if verb == "RCPT" else []
                    self.say(221 if verb == "QUIT" else 250, "well")

        def take(self, sender: str, to: list[str]) -> None:
            self.say(354, "go on")
            lines = iter(self.rfile.readline, b".\r\n")
            mail: Message = email.message_from_bytes(b"".join(lines), policy=default)
            assert isinstance(mail, EmailMessage)
            told.mails.append(mail)
            told.envelopes.append((sender, to))
            self.say(250, "taken")

        def say(self, code: int, words: str) -> None:
            self.wfile.write(f"{code} {words}\r\n".encode())

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        told.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield told
        finally:
            server.shutdown()
            thread.join()
