"""Named points of a batch at which a worker can be told to die or to freeze.

Whoever wants it lays an order into a folder; the first thread of any worker that comes by the point takes the order, by
renaming its file, and follows it.
"""

import os
import signal
import threading
from dataclasses import dataclass
from pathlib import Path

GOT, FENCED, BEFORE_COMMIT, AFTER_COMMIT, BEFORE_NUDGE = POINTS = (
    "got",
    "fenced",
    "before-commit",
    "after-commit",
    "before-nudge",
)


@dataclass(frozen=True)
class Order:
    """What was told, seen from outside."""

    folder: Path
    point: str

    @classmethod
    def give(cls, folder: Path, point: str, number: signal.Signals) -> "Order":
        order = cls(folder, point)
        for stale in folder.glob(f"{point}*"):
            stale.unlink()
        draft = folder / f"draft-{point}"
        draft.write_text(str(int(number)))
        draft.rename(folder / point)
        return order

    def follower(self) -> tuple[int, int] | None:
        """The process that took it, and the shard that it had in hand; None while nobody did."""
        taken = next(self.folder.glob(f"{self.point}.*"), None)
        if taken is None:
            return None
        _, pid, shard = taken.name.split(".")
        return int(pid), int(shard)

    def outcome(self) -> str | None:
        """What became of the batch that had been frozen: "refused" by the fence, "committed" or "failed"."""
        found = self.folder / f"{self.point}-outcome"
        return found.read_text() if found.exists() else None


class Points:
    """A worker's side."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._frozen = threading.local()

    def meet(self, point: str, shard: int) -> None:
        taken = self.folder / f"{point}.{os.getpid()}.{shard}"
        try:
            (self.folder / point).rename(taken)
        except FileNotFoundError:
            return
        number = signal.Signals(int(taken.read_text()))
        self._frozen.point = point
        if number == signal.SIGSTOP:
            signal.pthread_kill(threading.get_ident(), number)  # to this thread: it does not run on for a moment
        else:
            os.kill(os.getpid(), number)

    def tell(self, outcome: str) -> None:
        """How the batch ended that this thread had in hand when it was frozen."""
        point = getattr(self._frozen, "point", None)
        if point:
            self._frozen.point = None
            draft = self.folder / f"draft-{point}"
            draft.write_text(outcome)
            draft.rename(self.folder / f"{point}-outcome")
