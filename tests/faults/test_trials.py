"""A part of `make faults`: each kind of fault once, with fixed seeds, on real processes."""

from collections.abc import Iterator

import pytest

from tests.faults.kinds import KINDS, Kind
from tests.faults.rig import QUICK, Rig
from tests.faults.trial import Trials

SEED = 1
WORKER = [kind for kind in KINDS if kind.harms == "worker"]
SERVER = [kind for kind in KINDS if kind.harms == "server"]
TOGETHER = 2  # so many of either kind share a trial
PLAN = [
    *zip(WORKER[:TOGETHER], SERVER[:TOGETHER], strict=True),
    *((kind,) for kind in WORKER[TOGETHER:]),
    *((kind,) for kind in SERVER[TOGETHER:]),
]


@pytest.fixture(scope="module")
def trials(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trials]:
    with Rig(tmp_path_factory.mktemp("faults") / "rig", QUICK) as rig:
        yield Trials(rig, SEED)


@pytest.mark.parametrize(
    ("number", "kinds"),
    list(enumerate(PLAN, start=1)),
    ids=[" and ".join(kind.name for kind in kinds) for kinds in PLAN],
)
def test_nothing_is_lost_or_doubled_by(trials: Trials, number: int, kinds: tuple[Kind, ...]) -> None:
    trial = trials.run(number, kinds)
    assert (trial.wrong, trial.duds) == ([], []), str(trial)


def test_nothing_comes_late_and_salesforce_has_each_case_once(trials: Trials) -> None:
    assert trials.compare_again() == []
    assert trials.mirrored() == []
    assert trials.rig.late_writes() == 0
