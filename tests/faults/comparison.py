"""What the producer put beside what the database holds: everything that is missing, and all that is there twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from tests.faults.burst import Burst, Put
from tests.faults.held import Held


@dataclass(frozen=True)
class Fault:
    """`what` names a row by its key."""

    kind: Literal["lost", "doubled row", "doubled case", "checkpoint ahead", "late write"]
    what: str


def compare(burst: Burst, held: Held) -> list[Fault]:
    """All that is wrong once everything has been read."""
    return [*_calls(burst, held), *_turns(burst, held), *_letters(burst, held), *_cases(burst, held)]


def ahead(read: Iterable[Put], held: Held) -> list[Fault]:
    """The records at or before the checkpoint of one snapshot that this snapshot does not hold."""
    return [Fault("checkpoint ahead", f"{put.stream} {put.key}") for put in read if not put.is_in(held)]


def _calls(burst: Burst, held: Held) -> Iterator[Fault]:
    yield from _rows("call", Counter(burst.contacts), Counter(contact for contact, _ in held.calls))
    for contact, stamp in burst.stamps.items():
        if held.stamps.get(contact, stamp) != stamp:
            yield Fault("lost", f"the newest record of {contact}")


def _turns(burst: Burst, held: Held) -> Iterator[Fault]:
    came = Counter((contact, turn) for contact, turn, *_ in held.turns)
    yield from _rows("turn", Counter(burst.turns.keys()), came)
    for contact, turn, text, _, _ in held.turns:
        wanted = burst.turns.get((contact, turn), text)
        if text != wanted:
            yield Fault("doubled row" if len(text) > len(wanted) else "lost", f"words of {contact} {turn}")


def _letters(burst: Burst, held: Held) -> Iterator[Fault]:
    """Each counts how often it came: twice in a count is twice."""
    counted: Counter[tuple[str, bytes]] = Counter()
    for stream, data, count in held.dead:
        counted[stream, data] += count
    yield from _rows("dead letter", burst.letters, counted)
    for letter, rows in Counter((stream, data) for stream, data, _ in held.dead).items():
        if rows > 1:
            yield Fault("doubled row", f"dead letter {letter}")


def _cases(burst: Burst, held: Held) -> Iterator[Fault]:
    wanted, found = Counter(burst.drops.keys()), Counter(number for number, *_ in held.cases)
    yield from _rows("case", wanted, found, "doubled case")
    for number, _, state, drops in held.cases:
        if state != "new":
            yield Fault("lost", f"case of {number}: {state}")
        contacts = burst.drops.get(number, set())
        if drops != len(contacts):
            yield Fault("doubled case" if drops > len(contacts) else "lost", f"drops of {number}: {drops}")
    dropped = Counter(contact for contacts in burst.drops.values() for contact in contacts)
    yield from _rows("alert", dropped, held.alerts, "doubled case")
    yield from _rows("case entry", dropped, Counter(contact for contact, _ in held.entries), "doubled case")
    opened = sum("case opened" in words for _, words in held.entries)
    if opened > len(burst.drops):
        yield Fault("doubled case", f"{opened} cases opened for {len(burst.drops)} callers")


def _rows(
    noun: str,
    wanted: Counter,
    found: Counter,
    doubled: Literal["doubled row", "doubled case"] = "doubled row",
) -> Iterator[Fault]:
    for key in wanted.keys() | found.keys():
        if found[key] < wanted[key]:
            yield Fault("lost", f"{noun} {key}")
        elif found[key] > wanted[key]:
            yield Fault(doubled, f"{noun} {key}: {found[key]} for {wanted[key]}")
