"""Nothing lost, nothing doubled, whatever is killed: `make faults`.

Trials on a quick lease with faults drawn from the seed, then recovery with the lease of production, then the control
that must be caught, then mutated samples for the decoders. Writes var/bench/faults.json; ends with status 1 when
anything is not as promised.
"""

import argparse
import json
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from tests.benchmarks.figures import percentile, table
from tests.faults.comparison import Fault
from tests.faults.control import Control, control
from tests.faults.kinds import CRASH, EMPTIED, STOPS, Kind, drawn
from tests.faults.recovery import TERM_WITHIN_S, WITHIN_S, Recovery, recovery
from tests.faults.rig import QUICK, Rig
from tests.faults.trial import Trial, Trials
from tests.journeys.stack import ROOT

FILE = ROOT / "var" / "bench" / "faults.json"
SHOWN = 10  # of what is wrong with one trial


@dataclass
class Run:
    """All trials on one rig."""

    trials: list[Trial]
    again: list[Fault]  # what was only found when every burst was compared once more
    outcomes: Counter[str]
    late_writes: int

    @property
    def wrong(self) -> Counter[str]:
        return Counter(
            fault.kind for faults in (*(trial.wrong for trial in self.trials), self.again) for fault in faults
        )

    @property
    def bad(self) -> list[int]:
        return [trial.burst.number for trial in self.trials if not trial.is_good]


def main() -> int:
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))  # else what was started would stay
    options = arguments()
    plan = planned(options.seed, options.trials)
    tell(f"seed {options.seed}")
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="ringback-faults-") as folder:
        run = run_trials(Path(folder) / "trials", options.seed, plan, sorted(set(options.only or plan)))
        if options.only:
            return 1 if run.bad or run.again else 0
        checked = control(Path(folder) / "control", options.seed, tell)
        recovered = recovery(Path(folder) / "recovery", options.seed, tell)
    tell("mutated samples")
    decoders_hold = not subprocess.run([sys.executable, "-m", "tests.faults.mutations"], cwd=ROOT).returncode
    minutes = (time.monotonic() - began) / 60
    result = figures(options.seed, run, recovered, checked) | {
        "decoders_hold": decoders_hold,
        "minutes": round(minutes, 1),
    }
    FILE.parent.mkdir(parents=True, exist_ok=True)
    FILE.write_text(json.dumps(result, indent=1) + "\n")
    print(table(result))
    return 0 if is_as_promised(result, run, recovered, checked) else 1


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--seed", type=int, default=None, help="decides everything but time (one is drawn)")
    parser.add_argument("--trials", type=int, default=200, help="with faults at random (200)")
    parser.add_argument("--only", type=int, nargs="+", help="these trials of a seed, and nothing else")
    options = parser.parse_args()
    if options.seed is None:
        options.seed = Random().randrange(1_000_000)
    return options


def planned(seed: int, trials: int) -> dict[int, list[Kind]]:
    """By number: the random ones, 40 stops longer than the lease, 10 crashes of PostgreSQL, 10 emptied Redis."""
    kinds = [drawn(Random(f"{seed}:{n}:kinds")) for n in range(1, trials + 1)]
    kinds += [[STOPS[n % len(STOPS)]] for n in range(40)]
    kinds += [[CRASH]] * 10 + [[EMPTIED]] * 10
    return dict(enumerate(kinds, start=1))


def run_trials(folder: Path, seed: int, plan: dict[int, list[Kind]], numbers: list[int]) -> Run:
    with Rig(folder, QUICK) as rig:
        trials = Trials(rig, seed)
        for number in numbers:
            trial = trials.run(number, plan[number])
            tell(f"trial {number} of {len(plan)}: {trial}")
            show(trial.wrong)
            if not trial.is_good:
                kept = keep_logs(rig, seed, number)
                tell(f"  again: python -m tests.faults --seed {seed} --only {number}; what was logged: {kept}")
        again = [*trials.compare_again(), *trials.mirrored()]
        show(again)
        return Run(trials.done, again, rig.outcomes, rig.late_writes())


def keep_logs(rig: Rig, seed: int, number: int) -> Path:
    kept = FILE.parent / f"faults-{seed}-{number}"
    kept.mkdir(parents=True, exist_ok=True)
    for log in (*rig.stack.folder.glob("*.log"), *rig.folder.glob("*.log")):
        shutil.copy(log, kept)
    return kept


def show(wrong: list[Fault]) -> None:
    for fault in wrong[:SHOWN]:
        tell(f"  {fault.kind}: {fault.what}")
    if len(wrong) > SHOWN:
        tell(f"  and {len(wrong) - SHOWN} more")


def figures(seed: int, run: Run, recovered: Recovery, checked: Control) -> dict[str, Any]:
    return {
        "seed": seed,
        "trials": len(run.trials),
        "expected": sum(trial.burst.expected for trial in run.trials),
        "records": sum(len(trial.burst.puts) for trial in run.trials),
        "lost": run.wrong["lost"],
        "doubled_rows": run.wrong["doubled row"],
        "doubled_cases": run.wrong["doubled case"],
        "checkpoint_ahead": run.wrong["checkpoint ahead"],
        "snapshots": sum(trial.looks for trial in run.trials),
        "late_writes": run.late_writes,
        "control_caught": checked.caught,
        "control_seeds": checked.seeds,
        "control_is_fair": checked.is_fair,
        "control_late_writes": checked.late_writes,
        "recover_p99_s": percentile(recovered.recover_s, 99),
        "term_p99_s": percentile(recovered.term_s, 99),
        "bad_trials": run.bad + [trial.burst.number for trial in recovered.trials if not trial.is_good],
        "faults": dict(Counter(kind.name for trial in run.trials for kind in trial.kinds)),
        "outcomes": dict(run.outcomes),
        "recover_s": [round(each, 2) for each in recovered.recover_s],
        "term_s": [round(each, 2) for each in recovered.term_s],
    }


def is_as_promised(result: dict[str, Any], run: Run, recovered: Recovery, checked: Control) -> bool:
    return bool(
        not run.bad
        and not run.again
        and not run.late_writes
        and all(trial.is_good for trial in recovered.trials)
        and checked.is_good
        and result["recover_p99_s"] <= WITHIN_S
        and result["term_p99_s"] <= TERM_WITHIN_S
        and result["decoders_hold"]
    )


def _teller() -> Callable[[str], None]:
    began = time.monotonic()
    return lambda text: print(f"{time.monotonic() - began:7.1f} s  {text}", flush=True)


tell = _teller()

if __name__ == "__main__":
    sys.exit(main())
