"""How much one person may ask of this process, over all of his or her pages."""

from __future__ import annotations

import time
from typing import ClassVar

from .messages import TOO_MANY, RefusedError
from .standing import Session

MOST_SOCKETS = 20
MESSAGES_S = 40.0  # a page says one or two a second, and some more while its reader turns from call to call
MESSAGES_AT_ONCE = 200.0
HELLOS_S = 2.0  # each is told all that its page does not show
HELLOS_AT_ONCE = 3.0 * MOST_SOCKETS


class Bucket:
    """It fills up again."""

    __slots__ = ("at", "left", "most", "per_s")

    def __init__(self, most: float, per_s: float) -> None:
        self.most, self.per_s = most, per_s
        self.left, self.at = most, time.monotonic()

    def take_one(self) -> None:
        now = time.monotonic()
        self.left = min(self.most, self.left + (now - self.at) * self.per_s)
        self.at = now
        if self.left < 1:
            raise RefusedError(TOO_MANY)
        self.left -= 1


class Allowance:
    """Before it is known who speaks, each socket has one of its own; a person's stays, that nobody gains by leaving."""

    __slots__ = ("hellos", "messages", "sockets")

    _shared: ClassVar[dict[tuple[int | None, int | None], Allowance]] = {}

    def __init__(self) -> None:
        self.sockets = 0
        self.messages = Bucket(MESSAGES_AT_ONCE, MESSAGES_S)
        self.hellos = Bucket(HELLOS_AT_ONCE, HELLOS_S)

    @classmethod
    def of(cls, session: Session) -> Allowance:
        """The person's, or the screen's; to be given back."""
        owner = (session.person_id, session.screen_id)
        allowance = cls._shared.setdefault(owner, cls())
        if allowance.sockets >= MOST_SOCKETS:
            raise RefusedError(TOO_MANY)
        allowance.sockets += 1
        return allowance

    def give_back(self) -> None:
        self.sockets -= 1

    def say(self) -> None:
        self.messages.take_one()

    def come(self) -> None:
        self.hellos.take_one()
