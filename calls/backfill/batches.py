from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from .source import Found, Remark

MOST_RECORDS = 500
MOST_BYTES = 4 * 1024 * 1024  # short transactions, and little memory, however long the records are


@dataclass
class Batch:
    found: list[Found] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    size: int = 0

    def add(self, each: Found | Remark) -> None:
        if isinstance(each, Remark):
            self.remarks.append(each.words)
        else:
            self.found.append(each)
            self.size += len(each.data)

    @property
    def records(self) -> list[tuple[bytes, datetime]]:
        return [(each.data, each.arrived_at) for each in self.found]

    @property
    def is_full(self) -> bool:
        return len(self.found) + len(self.remarks) >= MOST_RECORDS or self.size >= MOST_BYTES


def batches(found: Iterable[Found | Remark]) -> Iterator[Batch]:
    batch = Batch()
    for each in found:
        batch.add(each)
        if batch.is_full:
            yield batch
            batch = Batch()
    if batch.found or batch.remarks:
        yield batch
