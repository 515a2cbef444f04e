from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from calls.models import Person


def midnight(person: Person) -> datetime:
    """When the person's day began, in his or her own zone."""
    return datetime.now(ZoneInfo(person.time_zone)).replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)
