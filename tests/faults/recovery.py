"""How soon the next record is on the screen, with the lease and the sweep as they are in production."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from tests.faults.kinds import AWAY, CRASH, EMPTIED, KILLS_AT, KINDS, STOPS, Kind
from tests.faults.producer import Producer
from tests.faults.rig import READERS, SHARDS, Rig
from tests.faults.screen import Screen
from tests.faults.trial import Trial, Trials
from tests.journeys.records import Talk, dropped
from tests.journeys.stack import CONTACT_LENS, CONTACT_RECORDS

TRIALS, TERMS = 10, 10
WITHIN_S, TERM_WITHIN_S = 20.0, 3.0
LATEST_S = 90.0
ALWAYS = [CRASH, EMPTIED, AWAY, KILLS_AT[1], STOPS[0]]  # those that take a lease's time, and where the standby stood in
PRODUCTION: dict[str, str] = {"READER_SLOTS": "16"}


@dataclass
class Recovery:
    """Seconds, one for each trial: from when all was mended, or from the SIGTERM."""

    recover_s: list[float] = field(default_factory=list)
    term_s: list[float] = field(default_factory=list)
    trials: list[Trial] = field(default_factory=list)


def recovery(folder: Path, seed: int, tell: Callable[[str], None]) -> Recovery:
    with Rig(folder, PRODUCTION) as rig, Screen(rig.stack) as screen:
        measured, trials = Recovery(), Trials(rig, seed)
        measured.trials = trials.done
        for n in range(1, TRIALS + 1):
            measured.recover_s.append(_recovered(trials, screen, n, _kind(seed, n)))
            tell(f"recovery {n} of {TRIALS}: {trials.done[-1]}; on the screen after {measured.recover_s[-1]:.1f} s")
        for n in range(1, TERMS + 1):
            measured.term_s.append(_taken_over(trials, screen, n))
            tell(f"SIGTERM {n} of {TERMS}: on the screen after {measured.term_s[-1]:.1f} s")
        return measured


def _kind(seed: int, n: int) -> Kind:
    return ALWAYS[n - 1] if n <= len(ALWAYS) else Random(f"{seed}:{n}:recovery").choice(KINDS)


def _recovered(trials: Trials, screen: Screen, n: int, kind: Kind) -> float:
    took: list[float] = []

    def mended() -> None:
        began, marks = time.monotonic(), put_marks(trials.producer, str(n))
        took.append((screen.last_seen(marks, LATEST_S) or began + LATEST_S) - began)

    trials.run(n, [kind], mended=mended)
    return took[0]


def _taken_over(trials: Trials, screen: Screen, n: int) -> float:
    """A worker is told to end: the others take its shards."""
    rig = trials.rig
    name = READERS[n % len(READERS)]
    process, began = rig.process(name), time.monotonic()
    process.send_signal(signal.SIGTERM)
    marks = put_marks(trials.producer, f"term-{n}")
    seen = screen.last_seen(marks, LATEST_S) or began + LATEST_S
    process.wait(LATEST_S)
    rig.restart(name)
    rig.until(rig.is_listening, f"{name} listens again")
    return seen - began


def put_marks(producer: Producer, name: str) -> list[str]:
    """A record into every shard of both streams: whichever comes last counts."""
    marks = []
    for shard in range(SHARDS):
        drop, talk = f"mark-{name}-{shard}-drop", f"mark-{name}-{shard}-talk"
        records = {
            CONTACT_RECORDS: dropped(drop, f"+19005550{shard:03}"),
            CONTACT_LENS: Talk(talk).final("turn-0", "Hello."),
        }
        for stream, record in records.items():
            producer.put_into(stream, shard, SHARDS, json.dumps(record).encode())
        marks += [drop, talk]
    return marks
