"""Every queue's figures, as the tiles have them, for the rules of alerts: found from there by the settings."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime, timedelta

from calls.alerting.queues import Breach, QueueTold
from calls.models.queue_level import Figure
from calls.scope import Scope

from .abandon_rate import abandon_rates
from .day import midnight
from .present import present
from .queue_tile import QueueTile
from .queue_tiles import queue_tiles
from .rates import Rates
from .service_level import service_levels
from .sources import Sources

STALE = timedelta(seconds=45)  # three questions to Amazon Connect without an answer
ALL = Scope(is_all=True)


def breached(figures: Collection[Figure]) -> list[QueueTold]:
    """Which of these figures have reached a level, of every queue that is told of. The day begins at midnight UTC."""
    tiles = queue_tiles(ALL, Sources.of(ALL), present(ALL), _rates(figures))
    return [_told(tile, figures) for tile in tiles if not _is_stale(tile)]


def _is_stale(tile: QueueTile) -> bool:
    return tile.heard_at is not None and tile.heard_at < datetime.now(UTC) - STALE


def _rates(figures: Collection[Figure]) -> Rates:
    since = midnight("UTC")
    return Rates(
        service_levels(ALL, since) if Figure.SERVICE_LEVEL in figures else {},
        abandon_rates(ALL, since) if Figure.ABANDON_RATE in figures else {},
        None,
    )


def _told(tile: QueueTile, figures: Collection[Figure]) -> QueueTold:
    instance_id, queue = tile.key
    breaches = {it.figure: Breach(it.level, it.value, it.limit) for it in tile.breaches if it.figure in figures}
    return QueueTold(instance_id, queue, breaches)
