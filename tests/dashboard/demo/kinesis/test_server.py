"""How the stand-in starts and stops."""

import http.client
import signal
import subprocess
import sys
import threading
from pathlib import Path
from urllib.parse import urlsplit

import boto3
import pytest

from dashboard.demo.kinesis import KinesisStandIn
from tests.dashboard.demo.kinesis.conftest import connect
from tests.dashboard.demo.kinesis.reading import put

ROOT = Path(__file__).parents[4]


def test_an_unpatched_client_finds_it_through_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    with KinesisStandIn() as stand_in:
        monkeypatch.setenv("AWS_ENDPOINT_URL_KINESIS", stand_in.url)
        kinesis = boto3.client("kinesis", "us-east-1", aws_access_key_id="key", aws_secret_access_key="secret")
        assert kinesis.list_streams()["StreamNames"] == []
        kinesis.close()


def test_after_its_block_nothing_listens_and_no_thread_is_left() -> None:
    before = threading.active_count()
    with KinesisStandIn() as stand_in:
        kinesis = connect(stand_in.url)
        kinesis.create_stream(StreamName="calls", ShardCount=1)
        put(kinesis, "calls", "one")
    kinesis.close()
    assert threading.active_count() == before
    with pytest.raises(ConnectionRefusedError):
        http.client.HTTPConnection(urlsplit(stand_in.url).netloc).connect()


def test_it_comes_back_on_the_port_that_it_had() -> None:
    with KinesisStandIn() as stand_in:
        url = stand_in.url
    with KinesisStandIn(port=urlsplit(url).port or 0) as again:
        assert again.url == url


def test_a_taken_port_is_told_to_who_starts_it() -> None:
    with KinesisStandIn() as stand_in, pytest.raises(OSError, match="address already in use"):
        KinesisStandIn(port=urlsplit(stand_in.url).port or 0).__enter__()


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_the_command_serves_its_streams_until_it_is_told_to_stop(stop: signal.Signals) -> None:
    command = [
        sys.executable,
        "-m",
        "dashboard.demo.kinesis",
        "--port",
        "0",
        "--stream",
        "calls:2",
        "--stream",
        "lens:1",
    ]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        kinesis = connect(line.split()[-1])
        names = kinesis.list_streams()["StreamNames"]
        shards = kinesis.list_shards(StreamName="calls")["Shards"]
        kinesis.close()
        process.send_signal(stop)
        rest, errors = process.communicate(timeout=60)
    assert (names, len(shards)) == (["calls", "lens"], 2)
    assert (process.returncode, rest, errors) == (0, "", "")


@pytest.mark.parametrize("stream", ["calls", "calls:", "calls:none", "calls:0", ":1"])
def test_the_command_says_how_a_stream_is_written(stream: str) -> None:
    command = [sys.executable, "-m", "dashboard.demo.kinesis", "--stream", stream]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert ended.returncode == 2
    assert "NAME:SHARDS" in ended.stderr
