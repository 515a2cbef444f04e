"""What each queue has now: from the calls where events are streamed, else as GetCurrentMetricData told it last."""

from __future__ import annotations

from datetime import timedelta

from calls.connect.parts import OWN_QUEUE
from calls.models import Queue
from calls.scope import Scope

from .limits import AllLimits
from .present import Present, QueueNow, Waiting
from .queue_key import QueueKey
from .queue_tile import QueueTile
from .rates import Rates
from .sources import KIND, Sources

MOST_TILES = 24


def queue_tiles(scope: Scope, sources: Sources, present: Present, rates: Rates) -> list[QueueTile]:
    """The worst first. Of an instance that neither streams events nor is asked nothing is known."""
    evented, asked = sources.knowing(KIND.CONTACT_EVENTS), sources.asked
    limits = AllLimits(evented | asked)
    left = {key: now for key, now in present.queues.items() if key[0] in evented and _is_a_queue(key)}
    tiles = []
    for queue in Queue.objects.filter(scope.queues(), instance__in=evented | asked).exclude(arn__contains=OWN_QUEUE):
        key, by_name = (queue.instance_id, queue.arn), (queue.instance_id, queue.name)
        now = left.pop(key, None) or left.pop(by_name, None) or QueueNow()
        rated = rates.of(key, by_name)
        told = _asked(queue) if queue.instance_id in asked else _seen(now)
        tiles.append(told._replace(key=key, name=str(queue), **rated, limits=limits.of(*by_name)))
    for key, now in left.items():
        tiles.append(_seen(now)._replace(key=key, name=now.name, **rates.of(key), limits=limits.of(key[0], now.name)))
    return sorted(tiles, key=lambda tile: (tile.order, tile.name))


def _is_a_queue(key: QueueKey) -> bool:
    return bool(key[1]) and OWN_QUEUE not in key[1]


def _seen(now: QueueNow) -> QueueTile:
    return QueueTile(waiting=now.waiting, with_agent=now.with_agent)


def _asked(queue: Queue) -> QueueTile:
    if queue.figures_at is None or queue.waiting is None:
        return QueueTile()
    is_oldest_known = queue.waiting and queue.oldest_s is not None
    since = queue.figures_at - timedelta(seconds=queue.oldest_s or 0) if is_oldest_known else None
    waiting = Waiting(queue.waiting, queue.callbacks or 0, since)
    return QueueTile(waiting=waiting, agents_free=queue.agents_free, heard_at=queue.figures_at)
