from datetime import datetime


def span(seconds: float) -> str:
    if seconds < 120:
        return f"{round(max(seconds, 0), 1 if seconds < 10 else None):g} s"
    if seconds < 7200:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.0f} h" if seconds < 48 * 3600 else f"{seconds / 86400:.0f} days"


def since(moment: datetime | None, now: datetime) -> str:
    """How long ago, in words; empty if never."""
    return f"{span((now - moment).total_seconds())} ago" if moment else ""
