"""Figures of benchmarks: percentiles by nearest rank, and a table to read."""

import math
from collections.abc import Mapping, Sequence
from typing import Any


def percentile(values: Sequence[float], percent: float) -> float:
    """The least of the values that so many per cent of them do not exceed."""
    return round(sorted(values)[math.ceil(len(values) * percent / 100) - 1], 1)


def table(result: Mapping[str, Any]) -> str:
    """The single figures of a result, one to a line."""
    told = {name: value for name, value in result.items() if not isinstance(value, list)}
    width = max(map(len, told))
    return "\n".join(f"{name:<{width}}  {value}" for name, value in told.items())
