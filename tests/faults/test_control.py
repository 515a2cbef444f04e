"""The harness notices: without fence and natural keys the writer is right while nothing happens, and then caught."""

from pathlib import Path

from tests.faults.control import control


def test_without_the_fence_and_the_keys_records_are_doubled(tmp_path: Path) -> None:
    told: list[str] = []
    checked = control(tmp_path / "control", seed=1, tell=told.append, seeds=2)
    assert (checked.is_fair, checked.caught) == (True, 2), told
    assert checked.late_writes
