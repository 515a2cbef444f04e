"""The comparison finds what is missing and what is there twice: without that, a trial that passes says nothing."""

from collections import Counter
from collections.abc import Callable
from copy import deepcopy
from datetime import timedelta
from random import Random

import pytest

from tests.faults.burst import Burst
from tests.faults.comparison import ahead, compare
from tests.faults.held import Held


@pytest.fixture
def burst() -> Burst:
    return Burst("f1", 1, Random(1))


@pytest.fixture
def whole(burst: Burst) -> Held:
    """A database that holds exactly what the burst brings."""
    dropped = [contact for contacts in burst.drops.values() for contact in contacts]
    opened = {min(contacts) for contacts in burst.drops.values()}
    return Held(
        checkpoints={},
        counted={},
        calls=[(contact, burst.stamps.get(contact)) for contact in burst.contacts],
        turns=[(contact, turn, text, False, {}) for (contact, turn), text in burst.turns.items()],
        dead=[(stream, data, count) for (stream, data), count in burst.letters.items()],
        cases=[(number, n, "new", len(contacts)) for n, (number, contacts) in enumerate(burst.drops.items())],
        entries=[(each, f"Left: {'case opened' if each in opened else 'another call joined'}") for each in dropped],
        alerts=Counter(dropped),
        unread=dict(burst.unread),
    )


def test_what_is_as_it_was_put_is_right(burst: Burst, whole: Held) -> None:
    assert compare(burst, whole) == []
    assert ahead(burst.puts, whole) == []


ROWS = ("calls", "turns", "dead", "cases", "entries")


@pytest.mark.parametrize("rows", ROWS)
def test_a_lost_row_is_found(burst: Burst, whole: Held, rows: str) -> None:
    getattr(whole, rows).pop()
    assert "lost" in {fault.kind for fault in compare(burst, whole)}


@pytest.mark.parametrize("rows", ROWS)
def test_a_doubled_row_is_found(burst: Burst, whole: Held, rows: str) -> None:
    getattr(whole, rows).append(deepcopy(getattr(whole, rows)[-1]))
    doubled = "doubled case" if rows in ("cases", "entries") else "doubled row"
    assert doubled in {fault.kind for fault in compare(burst, whole)}


def older(burst: Burst, held: Held) -> None:
    contact = min(burst.stamps)
    held.stamps[contact] -= timedelta(seconds=1)


def doubled_words(burst: Burst, held: Held) -> None:
    contact, turn, text, is_partial, pieces = held.turns[0]
    held.turns[0] = (contact, turn, f"{text} {text}", is_partial, pieces)


def counted_twice(burst: Burst, held: Held) -> None:
    stream, data, count = held.dead[0]
    held.dead[0] = (stream, data, count + 1)


def another_drop(burst: Burst, held: Held) -> None:
    number, pk, state, drops = held.cases[0]
    held.cases[0] = (number, pk, state, drops + 1)


def another_alert(burst: Burst, held: Held) -> None:
    held.alerts[min(held.alerts)] += 1


@pytest.mark.parametrize("change", [older, doubled_words, counted_twice, another_drop, another_alert])
def test_a_row_that_says_something_else_is_found(
    burst: Burst, whole: Held, change: Callable[[Burst, Held], None]
) -> None:
    change(burst, whole)
    assert len(compare(burst, whole)) == 1


def test_a_checkpoint_before_which_something_is_missing_is_ahead(burst: Burst, whole: Held) -> None:
    contact = min(burst.stamps)
    del whole.stamps[contact]
    assert {fault.what.split()[1] for fault in ahead(burst.puts, whole)} == {contact}
