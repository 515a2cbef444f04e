import os
from pathlib import Path

from tests.benchmarks.floor import world
from tests.benchmarks.latency import arguments, measure
from tests.journeys.stack import Stack


def test_a_short_run_follows_every_segment_to_every_socket_that_watches_its_call(tmp_path: Path) -> None:
    options = arguments("--segments=20", "--sockets=4", "--calls=10", "--seconds=3", "--warm=1")
    with Stack(tmp_path, os.environ["DATABASE_URL"], world(options.poll_ms, people=2)) as stack:
        result = measure(stack, options)
    assert result["lost"] == result["reloads"] == 0
    # Two walls are told of each of the 60 segments, two pages of those of their one call in ten.
    assert result["samples"] == 2 * 60 + 2 * 6
    assert 0 < result["p50_ms"] <= result["p95_ms"] <= result["p99_ms"]
    stages = {"put_to_read", "read_to_written", "written_to_hint", "hint_to_look", "look_to_frame"}
    assert set(result["breakdown"]) == stages
    assert result["cpu_share"].keys() >= {"all", "web", "readers", "harness"}
