"""From when on a time is long: seconds to amber and to red. Talking may take its time."""

from typing import NamedTuple

from calls.models.call import Stage


class Levels(NamedTuple):
    amber_s: int
    red_s: int

    def of(self, seconds: float) -> str:
        return "red" if seconds > self.red_s else "amber" if seconds > self.amber_s else ""


WAIT = Levels(60, 120)
STAGE = Levels(180, 300)  # on hold, in after-call work
OF_STAGE = {Stage.WAITING: WAIT, Stage.HOLD: STAGE}
