"""Kinesis for the tests of whoever reads it."""

from collections.abc import Iterator

import pytest

from dashboard.demo.kinesis import KinesisStandIn


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch) -> Iterator[KinesisStandIn]:
    """Found by the settings of boto3; it refuses nobody who reads often."""
    with KinesisStandIn(reads_per_s=10_000) as server:
        for name, value in (("ACCESS_KEY_ID", "key"), ("SECRET_ACCESS_KEY", "secret")):
            monkeypatch.setenv(f"AWS_{name}", value)
        monkeypatch.setenv("AWS_ENDPOINT_URL_KINESIS", server.url)
        yield server
