"""What each queue has now: from the calls where events are streamed, else as GetCurrentMetricData told it last."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from calls.connect.parts import OWN_QUEUE
from calls.models import Queue
from calls.scope import Scope

from .present import Present, QueueKey, QueueNow, Waiting
from .sources import KIND, Sources

STALE_S = 45  # three questions without an answer
MOST_TILES = 24


@dataclass(frozen=True)
class QueueTile:
    name: str
    waiting: Waiting | None  # None where Amazon Connect has not answered yet
    with_agent: int | None = None
    agents_free: int | None = None
    figures_at: datetime | None = None  # when Amazon Connect was asked; None where the calls tell it

    @property
    def is_busy(self) -> bool:
        return bool((self.waiting and (self.waiting.callers or self.waiting.callbacks)) or self.with_agent)

    @property
    def order(self) -> tuple[float, bool, str]:
        """The longest wait first, then who has anything to do, then by name."""
        since = self.waiting and self.waiting.since
        return (since.timestamp() if since else float("inf"), not self.is_busy, self.name)

    @property
    def age_s(self) -> int | None:
        return round((datetime.now(UTC) - self.figures_at).total_seconds()) if self.figures_at else None

    @property
    def is_stale(self) -> bool:
        return self.age_s is not None and self.age_s > STALE_S


def queue_tiles(scope: Scope, sources: Sources, present: Present) -> list[QueueTile]:
    """The longest wait first. Of an instance that neither streams events nor is asked nothing is known."""
    evented, asked = sources.knowing(KIND.CONTACT_EVENTS), sources.asked
    left = {key: now for key, now in present.queues.items() if key[0] in evented and _is_a_queue(key)}
    tiles = []
    for queue in Queue.objects.filter(scope.queues(), instance__in=evented | asked).exclude(arn__contains=OWN_QUEUE):
        key = (queue.instance_id, queue.arn)
        now = left.pop(key, None) or left.pop((queue.instance_id, queue.name), None) or QueueNow()
        tiles.append(_asked(queue) if queue.instance_id in asked else _seen(str(queue), now))
    tiles += [_seen(now.name, now) for now in left.values()]
    return sorted(tiles, key=lambda tile: tile.order)


def _is_a_queue(key: QueueKey) -> bool:
    return bool(key[1]) and OWN_QUEUE not in key[1]


def _seen(name: str, now: QueueNow) -> QueueTile:
    return QueueTile(name, now.waiting, now.with_agent)


def _asked(queue: Queue) -> QueueTile:
    if queue.figures_at is None or queue.waiting is None:
        return QueueTile(str(queue), None)
    is_oldest_known = queue.waiting and queue.oldest_s is not None
    since = queue.figures_at - timedelta(seconds=queue.oldest_s or 0) if is_oldest_known else None
    waiting = Waiting(queue.waiting, queue.callbacks or 0, since)
    return QueueTile(str(queue), waiting, None, queue.agents_free, queue.figures_at)
