"""How much one person may ask of this process, over all of his or her pages."""

from __future__ import annotations

import time
from typing import ClassVar

from .messages import TOO_MANY, RefusedError
from .standing import Session

MOST_SOCKETS = 20
MESSAGES_S = 40.0  # a page says one or two a second, and some more while its reader turns from call to call
MESSAGES_AT_ONCE = 200.0


class Allowance:
    """A bucket of messages that fills up again; before it is known who speaks, each socket has one of its own."""

    __slots__ = ("at", "left", "owner", "sockets")

    _shared: ClassVar[dict[tuple[int | None, int | None], Allowance]] = {}

    def __init__(self, owner: tuple[int | None, int | None] | None = None) -> None:
        self.owner, self.sockets = owner, 0
        self.left, self.at = MESSAGES_AT_ONCE, time.monotonic()

    @classmethod
    def of(cls, session: Session) -> Allowance:
        """The person's, or the screen's; to be given back."""
        owner = (session.person_id, session.screen_id)
        allowance = cls._shared.setdefault(owner, cls(owner))
        if allowance.sockets >= MOST_SOCKETS:
            raise RefusedError(TOO_MANY)
        allowance.sockets += 1
        return allowance

    def give_back(self) -> None:
        self.sockets -= 1
        if self.sockets <= 0 and self.owner:
            self._shared.pop(self.owner, None)

    def spend(self, messages: int) -> None:
        now = time.monotonic()
        self.left = min(MESSAGES_AT_ONCE, self.left + (now - self.at) * MESSAGES_S)
        self.at = now
        if self.left < messages:
            raise RefusedError(TOO_MANY)
        self.left -= messages
