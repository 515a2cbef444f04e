def percent(part: int, whole: int) -> int | None:
    """None of nothing."""
    return round(100 * part / whole) if whole else None
