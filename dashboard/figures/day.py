from datetime import UTC, datetime
from zoneinfo import ZoneInfo


def midnight(time_zone: str) -> datetime:
    """When the day began there."""
    return datetime.now(ZoneInfo(time_zone)).replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)
