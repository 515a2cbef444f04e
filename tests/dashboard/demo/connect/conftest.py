from __future__ import annotations

from collections.abc import Iterator

import boto3
import pytest
from botocore.config import Config
from mypy_boto3_connect import ConnectClient

from dashboard.demo.connect import ConnectStandIn

INSTANCE_ID = "00000000-0000-4000-8000-000000000001"


@pytest.fixture
def stand_in() -> Iterator[ConnectStandIn]:
    with ConnectStandIn(INSTANCE_ID) as server:
        yield server


@pytest.fixture
def client(stand_in: ConnectStandIn) -> Iterator[ConnectClient]:
    made = boto3.client(
        "connect",
        endpoint_url=stand_in.url,
        region_name="us-east-1",
        aws_access_key_id="key",
        aws_secret_access_key="secret",
        config=Config(retries={"total_max_attempts": 1}, connect_timeout=5, read_timeout=30),
    )
    yield made
    made.close()
