"""A trial: a burst goes in, faults happen meanwhile, everything is mended and read, and then compared."""

from __future__ import annotations

import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from random import Random

import psycopg
import redis

from tests.faults.burst import Burst, Put
from tests.faults.comparison import Fault, ahead, compare
from tests.faults.held import Held, held
from tests.faults.kinds import DudError, Kind
from tests.faults.producer import Producer
from tests.faults.rig import Rig

CHUNKS = 8
LOOK_EVERY_S = 0.3


@dataclass
class Trial:
    """`wrong` is what the comparison found; `duds` say what did not come about as it should have."""

    burst: Burst
    kinds: Sequence[Kind]
    wrong: list[Fault] = field(default_factory=list)
    duds: list[str] = field(default_factory=list)
    looks: int = 0  # snapshots taken meanwhile
    took_s: float = 0

    @property
    def is_good(self) -> bool:
        return not self.wrong and not self.duds

    def __str__(self) -> str:
        found = Counter(fault.kind for fault in self.wrong)
        result = ", ".join(f"{count} {kind}" for kind, count in found.items()) or "nothing lost, nothing doubled"
        names = " + ".join(kind.name for kind in self.kinds) or "no fault"
        return f"{names}: {'; '.join([*self.duds, result])} ({self.took_s:.1f} s)"


class Trials:
    """One after the other on one rig."""

    def __init__(self, rig: Rig, seed: int) -> None:
        self.rig, self.seed = rig, seed
        self.producer = Producer(rig.stack.kinesis)
        self.done: list[Trial] = []
        self._unread: Counter[str] = Counter()
        self._late = 0

    def run(
        self,
        number: int,
        kinds: Iterable[Kind],
        *,
        is_plain: bool = False,
        mended: Callable[[], None] = lambda: None,
    ) -> Trial:
        """Seed and number decide everything but how long things take. `mended` is called as soon as all is mended."""
        rng = Random(f"{self.seed}:{number}")
        burst = Burst(f"f{number}", number, rng, is_plain)
        trial = Trial(burst, sorted(kinds, key=lambda kind: not kind.is_at_point))
        self.done.append(trial)
        began = time.monotonic()
        self.producer.begin()
        with self._looking(trial):
            self._happen(trial, rng, mended)
            try:
                self.rig.until(lambda: self.producer.is_drained(self.rig.checkpoints()), "everything is read")
            except TimeoutError as late:
                trial.wrong.append(Fault("lost", str(late)))
        trial.duds += self.rig.mended()
        self._compare(trial)
        trial.took_s = time.monotonic() - began
        return trial

    def compare_again(self) -> list[Fault]:
        """Every burst once more: a late writer may have come after its trial."""
        return [fault for trial in self.done for fault in compare(trial.burst, self.rig.held(trial.burst.name))]

    def mirrored(self) -> list[Fault]:
        """Of each case there is one in Salesforce."""
        pending = "SELECT count(*) FROM calls_case WHERE mirror = 'pending'"
        try:
            self.rig.until(lambda: self.rig.rows(pending) == [(0,)], "every case is in Salesforce")
        except TimeoutError as late:
            return [Fault("lost", str(late))]
        found = Counter(case["Ringback_Key__c"] for case in self.rig.stack.salesforce_cases())
        held = Counter(key for (key,) in self.rig.rows("SELECT key FROM calls_case"))
        doubled = [Fault("doubled case", f"{key} in Salesforce") for key, count in found.items() if count > held[key]]
        return doubled + [Fault("lost", f"{key} in Salesforce") for key in held.keys() - found.keys()]

    def _happen(self, trial: Trial, rng: Random, mended: Callable[[], None]) -> None:
        """A part of the burst goes before the faults, and the rest while they last."""
        puts = trial.burst.puts
        first = rng.randint(0, len(puts) // 3)
        pace_s = rng.uniform(0, 0.25)
        self.producer.put(puts[:first])
        rest = threading.Thread(target=self._put, args=(puts[first:], pace_s))
        try:
            with ExitStack() as mending:
                mending.callback(rest.join)
                mending.callback(mended)
                for kind in (kind for kind in trial.kinds if kind.is_at_point):
                    mending.enter_context(kind.bring_about(self.rig, rng))
                rest.start()
                for kind in (kind for kind in trial.kinds if not kind.is_at_point):
                    mending.enter_context(kind.bring_about(self.rig, rng))
        except (DudError, psycopg.Error, redis.RedisError, subprocess.TimeoutExpired) as dud:
            trial.duds.append(f"{type(dud).__name__}: {dud}")

    def _put(self, puts: Sequence[Put], pace_s: float) -> None:
        size = len(puts) // CHUNKS + 1
        for at in range(0, len(puts), size):
            time.sleep(pace_s)
            self.producer.put(puts[at : at + size])

    def _compare(self, trial: Trial) -> None:
        found = self.rig.held(trial.burst.name)
        trial.wrong += compare(trial.burst, found)
        trial.wrong += self.producer.miscounted(found)
        trial.wrong += self._miscounted_unread(trial.burst, found)
        late, self._late = self.rig.late_writes() - self._late, self.rig.late_writes()
        trial.wrong += [Fault("late write", f"of {trial.burst.name}")] * late

    def _miscounted_unread(self, burst: Burst, found: Held) -> Iterator[Fault]:
        self._unread += burst.unread
        for stream, told in found.unread.items():
            if told != self._unread[stream]:
                yield Fault(
                    "doubled row" if told > self._unread[stream] else "lost", f"count of what {stream} is not read for"
                )
                self._unread[stream] = told

    @contextmanager
    def _looking(self, trial: Trial) -> Iterator[None]:
        """Meanwhile: whether each snapshot holds all that lies before its checkpoints."""
        over = threading.Event()

        def look() -> None:
            while not over.wait(LOOK_EVERY_S):
                try:
                    with psycopg.connect(self.rig.stack.database_url) as connection:
                        found = held(connection, trial.burst.name)
                except psycopg.OperationalError:
                    continue  # it is the server's turn to be away
                trial.looks += 1
                trial.wrong += ahead(self.producer.read(found), found)

        looking = threading.Thread(target=look)
        looking.start()
        try:
            yield
        finally:
            over.set()
            looking.join()
