import json
import subprocess
import sys
from pathlib import Path

from tests.benchmarks.events_kinesis import contacts_of
from tests.benchmarks.runs import ROOT

SHORT = ["--seconds", "3", "--rate", "200", "--calls", "300", "--agents", "20"]


def test_a_short_run_measures_all_and_says_which_aims_are_missed(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.benchmarks.events", *SHORT, "--folder", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    result = json.loads((tmp_path / "events.json").read_text())
    assert done.returncode == bool(result["missed"]), done.stderr
    assert result["events_s"] > 0
    assert isinstance(result["lag_grew"], bool)
    assert result["worker_rss_mb"] > 0
    assert (result["lost"], result["doubled"], result["agents"]) == (0, 0, 20)
    assert {"commit", "command", "cpu_count"} <= result.keys()
    assert all(f"Missed: {aim}" in done.stdout for aim in result["missed"])


def test_as_many_calls_begin_as_end() -> None:
    contacts = contacts_of(rate=100, calls=150, began_at=0.0)[0]
    told = [json.loads(record)["detail"] for record in contacts.before()]
    for number in range(0, 200, 5):
        gone = {each["contactId"] for each in told if each["eventType"] == "DISCONNECTED"}
        assert contacts.ended(number) == len(gone)
        assert len({each["contactId"] for each in told} - gone) == 30
        told += [json.loads(contacts.record(each))["detail"] for each in range(number, number + 5)]
