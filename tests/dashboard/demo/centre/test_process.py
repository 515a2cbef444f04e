import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from calls.connect.kinds import Unusable, kind_of, parse
from dashboard.demo.centre.__main__ import parse_arguments
from dashboard.demo.centre.streams import AGENT_EVENTS, CHOICES, CONTACT_EVENTS, CONTACT_LENS, CONTACT_RECORDS
from dashboard.demo.kinesis import KinesisStandIn

DEADLINE_S = 60


def start(*arguments: str, **environment: str) -> subprocess.Popen[bytes]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    command = [sys.executable, "-m", "dashboard.demo.centre", *arguments]
    return subprocess.Popen(command, env={**kept, **environment}, stderr=subprocess.PIPE)


@pytest.fixture
def stand_in() -> Iterator[KinesisStandIn]:
    with KinesisStandIn() as running:
        yield running


def client(url: str) -> Any:
    return boto3.client(
        "kinesis",
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )


def kinds_on(url: str, stream: str, until: str) -> set[str]:
    """Reads the stream until a record of the wanted kind has come, or time is over; the kinds that were seen."""
    kinesis = client(url)
    deadline = time.monotonic() + DEADLINE_S
    while stream not in kinesis.list_streams()["StreamNames"] and time.monotonic() < deadline:
        time.sleep(0.1)
    at = [
        kinesis.get_shard_iterator(StreamName=stream, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON")
        for shard in kinesis.list_shards(StreamName=stream)["Shards"]
    ]
    seen: set[str] = set()
    while until not in seen and time.monotonic() < deadline:
        got = [kinesis.get_records(ShardIterator=each["ShardIterator"]) for each in at]
        at = [{"ShardIterator": each["NextShardIterator"]} for each in got]
        seen |= {kind(record["Data"]) for each in got for record in each["Records"]}
        time.sleep(0.5)
    return seen


def kind(data: bytes) -> str:
    try:
        return kind_of(parse(data)) or "unknown"
    except Unusable:
        return "unusable"


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_it_fills_every_stream_until_it_is_told_to_stop(stand_in: KinesisStandIn, stop: signal.Signals) -> None:
    with start("--calls", "20", "--seed", "3", AWS_ENDPOINT_URL_KINESIS=stand_in.url) as centre:
        try:
            assert "contact-records" in kinds_on(stand_in.url, CONTACT_RECORDS, "contact-records")
            assert kinds_on(stand_in.url, CONTACT_LENS, "contact-lens") == {"contact-lens"}
            assert kinds_on(stand_in.url, CONTACT_EVENTS, "contact-events") == {"contact-events"}
            assert kinds_on(stand_in.url, AGENT_EVENTS, "agent-events") == {"agent-events"}
            centre.send_signal(stop)
            _, errors = centre.communicate(timeout=DEADLINE_S)
        finally:
            centre.kill()
    assert centre.returncode == 0
    assert b"Traceback" not in errors
    assert b"55501" not in errors


@pytest.mark.parametrize("streams", CHOICES)
def test_it_has_the_streams_that_were_asked_for_and_no_other(stand_in: KinesisStandIn, streams: str) -> None:
    with start("--streams", streams, AWS_ENDPOINT_URL_KINESIS=stand_in.url) as centre:
        try:
            assert kinds_on(stand_in.url, CONTACT_RECORDS, "contact-records")
            assert set(client(stand_in.url).list_streams()["StreamNames"]) == set(CHOICES[streams])
        finally:
            centre.kill()
            centre.communicate(timeout=DEADLINE_S)


def test_it_refuses_to_start_without_the_address_of_a_stand_in() -> None:
    with start() as centre:
        _, errors = centre.communicate(timeout=DEADLINE_S)
    assert centre.returncode == 2
    assert b"AWS_ENDPOINT_URL_KINESIS" in errors


def test_it_needs_no_settings_and_no_database() -> None:
    code = (
        "import sys, dashboard.demo.centre.__main__; sys.exit(bool({'dashboard.settings', 'psycopg'} & {*sys.modules}))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(
    "arguments", [["--calls", "0"], ["--rate", "0"], ["--rate", "nan"], ["--settle", "-1"], ["--streams", "lens"]]
)
def test_nonsense_is_refused_with_the_option_named(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse_arguments(arguments)
    assert arguments[0] in capsys.readouterr().err
