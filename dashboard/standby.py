"""What stands in for the workers while the broker is away: the same sweeps and the same reading, without messages.

Nothing is agreed with anybody. Leases and claims keep it from doing what a worker, or another standby, does already.
"""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import structlog
from django.conf import settings
from django.db import connection
from django.utils.module_loading import import_string

from calls import sweeps
from calls.broker import broker_answers
from calls.current_metrics import ask_figures
from calls.describing.asking import describe_contacts
from calls.notifying.delivering import deliver_alerts
from calls.streams.reader import stopping
from calls.tasks import read_shard

log = structlog.get_logger()

LOOK_S = 1


def watch() -> None:
    """For ever. Whatever ends it lets the slices end first."""
    answered_at = time.monotonic()
    while True:
        if broker_answers():
            answered_at = time.monotonic()
        elif time.monotonic() - answered_at >= settings.STANDBY_AFTER_S:
            log.warning("The broker does not answer: the standby reads and sweeps.")
            with StandIn().at_work():
                while not broker_answers():
                    time.sleep(LOOK_S)
            log.warning("The broker answers again: the standby has stopped.")
            answered_at = time.monotonic()
        time.sleep(LOOK_S)


class StandIn:
    def __init__(self) -> None:
        self.is_over = threading.Event()
        self.slots = ThreadPoolExecutor(settings.READER_SLOTS, thread_name_prefix="slot")
        self.free = threading.Semaphore(settings.READER_SLOTS)

    @contextmanager
    def at_work(self) -> Iterator[None]:
        stopping.clear()
        for name, sweep in self.sweeps().items():
            threading.Thread(target=self._repeat, args=[sweep, settings.SWEEPS[name]], name=name, daemon=True).start()
        try:
            yield
        finally:
            stopping.set()
            self.is_over.set()
            self.slots.shutdown()

    def sweeps(self) -> dict[str, Callable[[], object]]:
        """Those of the clock, by their names there. Some of them tell others what to do: here it is done at once."""
        found: dict[str, Callable[[], object]] = {name: import_string(name) for name in settings.SWEEPS}
        found["calls.tasks.sweep_shards"] = lambda: sweeps.sweep_shards(self._read)
        found["calls.tasks.sweep_connect"] = lambda: sweeps.sweep_connect(ask_figures, describe_contacts)
        found["calls.tasks.sweep_deliveries"] = lambda: sweeps.sweep_deliveries(deliver_alerts)
        found["calls.tasks.sweep_mirror"] = lambda: sweeps.sweep_mirror(sweeps.mirror_cases)
        return found

    def _repeat(self, sweep: Callable[[], object], every_s: float) -> None:
        while not self.is_over.is_set():
            alone(sweep)
            self.is_over.wait(every_s)

    def _read(self, shard_id: int) -> bool:
        """False if there is no slot: those in use find by themselves what waits."""
        if self.is_over.is_set() or not self.free.acquire(blocking=False):
            return False
        self.slots.submit(self._use_slot, shard_id)
        return True

    def _use_slot(self, shard_id: int) -> None:
        try:
            alone(lambda: read_shard(shard_id))
        finally:
            self.free.release()


def alone(work: Callable[[], object]) -> None:
    """What goes wrong ends nothing else; the next sweep tries again, with a new connection."""
    try:
        work()
    except Exception:
        log.exception("failed")
    finally:
        connection.close()
