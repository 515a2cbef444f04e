"""Daphne as Ringback runs it: a browser that says too much, or no text, is told by a code why it is sent away.

Daphne's own sockets drop such a connection without a word, and they hold what is sent and what is heard to one limit.
"""

import sys

from daphne.cli import CommandLineInterface
from daphne.ws_protocol import WebSocketFactory, WebSocketProtocol

LONGEST_HEARD = 128 * 1024  # octets; beyond it, nothing is kept: the consumer has a limit of its own below
LONGEST_SENT = 16 * 1024 * 1024


class Socket(WebSocketProtocol):  # type: ignore[misc]
    """What stands here goes before the settings of Autobahn's factory."""

    failByDrop = False  # noqa: N815
    maxFramePayloadSize = LONGEST_HEARD  # noqa: N815
    maxMessagePayloadSize = LONGEST_SENT  # noqa: N815 - heard and sent

    def onMessageFrameBegin(self, length: int) -> None:  # noqa: N802
        super().onMessageFrameBegin(length)
        if self.message_data_total_length > LONGEST_HEARD and not self.failedByMe:
            self._max_message_size_exceeded(length, LONGEST_HEARD, "too long")


WebSocketFactory.protocol = Socket

if __name__ == "__main__":
    CommandLineInterface().run(sys.argv[1:])
