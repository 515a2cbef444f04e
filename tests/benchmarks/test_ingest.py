import json
import subprocess
import sys
from pathlib import Path

from tests.benchmarks.ingest_kinesis import canned_talks
from tests.benchmarks.ingest_records import Talks
from tests.benchmarks.runs import ROOT

SHORT = ["--seconds", "3", "--rate", "100", "--calls", "500", "--fill", "5000", "--rounds", "1", "--batches", "1"]


def test_a_short_run_measures_all_and_says_which_aims_are_missed(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.benchmarks.ingest", *SHORT, "--folder", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    result = json.loads((tmp_path / "ingest.json").read_text())
    assert done.returncode == bool(result["missed"]), done.stderr
    for name in ("copy_rows_s", "writer_rows_s", "writer_5m_rows_s", "orm_rows_s", "reader_utterances_s"):
        assert result[name] > 0
    assert isinstance(result["reader_lag_grew"], bool)
    assert result["worker_rss_mb"] > 0
    assert (result["reader_lost"], result["reader_doubled"]) == (0, 0)
    assert {"commit", "seed", "command", "cpu_count"} <= result.keys()
    assert all(f"Missed: {aim}" in done.stdout for aim in result["missed"])


def test_no_two_records_have_an_id_in_common() -> None:
    talks = Talks(["a", "b", "c"], seed=1)
    ids = [_id(talks.record(number)) for number in range(900)]
    assert len(set(ids)) == 900
    assert talks.record(7) == talks.record(7)


def _id(record: bytes) -> str:
    (segment,) = json.loads(record)["Segments"]
    return str(segment.get("Utterance", segment.get("Transcript"))["Id"])


def test_the_canned_endpoint_says_how_far_behind_a_read_ends() -> None:
    canned = canned_talks(shards=2, rate=20, calls=4)
    canned.began_at, canned.ended_at = 0.0, 10.0  # 100 records in each shard, long ago
    answer = canned.get_records({"ShardIterator": "1:0", "Limit": "40"})
    assert (len(answer["Records"]), answer["NextShardIterator"]) == (40, "1:40")
    assert answer["MillisBehindLatest"] > 0
    again = canned.get_shard_iterator(
        {"ShardId": "shardId-000000000001", "ShardIteratorType": "AFTER_SEQUENCE_NUMBER",
         "StartingSequenceNumber": answer["Records"][-1]["SequenceNumber"]}
    )  # fmt: skip
    assert again == {"ShardIterator": "1:40"}
    rest = canned.get_records({"ShardIterator": "1:40"})
    assert (len(rest["Records"]), rest["MillisBehindLatest"]) == (60, 0)
