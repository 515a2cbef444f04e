"""The control: the same writer without its fence and its natural keys must be caught, or the harness proves nothing.

It gets plain bursts, in which each record comes once. So first a trial without a fault must find it right; then each
seed brings the faults that make two readers of one shard, for which the fence is there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random

from tests.faults.kinds import STOPS, TWO_READERS
from tests.faults.rig import QUICK, Rig
from tests.faults.trial import Trial, Trials

SEEDS = 10
CAUGHT_AT_LEAST = 0.9


@dataclass
class Control:
    """`is_fair`: without a fault nothing was wrong with it."""

    is_fair: bool
    caught: int
    seeds: int
    late_writes: int

    @property
    def is_good(self) -> bool:
        return self.is_fair and self.caught >= CAUGHT_AT_LEAST * self.seeds


def control(folder: Path, seed: int, tell: Callable[[str], None], seeds: int = SEEDS) -> Control:
    with Rig(folder, QUICK, is_control=True) as rig:
        trials = Trials(rig, seed)
        quiet = trials.run(0, [], is_plain=True)
        tell(f"control, no fault: {quiet}")
        caught = 0
        for n in range(1, seeds + 1):
            trial = trials.run(n, [Random(f"{seed}:{n}:kind").choice([STOPS[0], TWO_READERS])], is_plain=True)
            caught += _is_caught(trial)
            tell(f"control {n} of {seeds}: {trial}")
        return Control(quiet.is_good, caught, seeds, rig.late_writes())


def _is_caught(trial: Trial) -> bool:
    return any(fault.kind in ("lost", "doubled row", "doubled case") for fault in trial.wrong)
