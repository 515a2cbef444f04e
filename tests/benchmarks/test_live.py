import os
from urllib.parse import urlsplit

import pytest
from django.db import connection

from tests.benchmarks.live import arguments
from tests.benchmarks.live_parts import Parts
from tests.benchmarks.live_room import Room


@pytest.fixture
def room(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Room:
    database = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
    monkeypatch.setenv("DATABASE_URL", database.geturl())  # the servers', not ours
    return Room.open(calls=50, sockets=40)  # a change is not replaced by the next before it is told


async def test_a_short_run_follows_every_change_to_every_socket_at_each_server(room: Room) -> None:
    parts = Parts(room, arguments("--sockets=10", "--turns=1", "--seconds=1", "--cut=5"))
    try:
        result = await parts.all()
    finally:
        parts.end()
    assert result["lost"] == result["two_lost"] == result["uvicorn_lost"] == 0
    assert 0 < result["p50_ms"] <= result["p95_ms"] <= result["p99_ms"]
    assert min(result[f"{name}_deliveries_s"] for name in ("group", "feed", "raw")) > 0
    assert result["cut"] == 5
    assert result.keys() >= {"sockets", "frames_s", "kb_per_socket", "reads_s", "cut_all_live_s", "two_p99_ms"}
