"""Amazon Connect's API for the tests of whoever asks it: a stand-in on a real port, told what it knows over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from dashboard.demo.connect import ConnectStandIn

INSTANCE_ID = "00000000-0000-4000-8000-000000000001"


class Connect:
    def __init__(self, stand_in: ConnectStandIn) -> None:
        self.stand_in = stand_in

    @property
    def asked(self) -> list[str]:
        """The contact ids that DescribeContact was asked about, answered or not."""
        return [about for operation, about in self.stand_in.centre.asked if operation == "DescribeContact"]

    def count(self, operation: str) -> int:
        return sum(each == operation for each, _ in self.stand_in.centre.asked)

    def knows(self, contact_id: str, caller: str | None = None, **more: Any) -> None:
        end = {"CustomerEndpoint": {"Type": "TELEPHONE_NUMBER", "Address": caller}} if caller else {}
        self._tell("put", "contacts", [{"Id": contact_id, "Channel": "VOICE", **end, **more}])

    def counts(self, *queues: dict[str, Any]) -> None:
        self._tell("put", "queues", queues)

    def rules(self, **rules: Any) -> None:
        self._tell("put", "rules", rules)

    def fault(self, **fault: Any) -> None:
        self._tell("post", "fault", fault)

    def _tell(self, method: str, what: str, said: Any) -> None:
        requests.request(method, f"{self.stand_in.url}/control/{what}", json=said, timeout=5).raise_for_status()


@pytest.fixture
def connect(monkeypatch: pytest.MonkeyPatch) -> Iterator[Connect]:
    """Found by the settings of boto3."""
    with ConnectStandIn(INSTANCE_ID) as server:
        for name, value in (("ACCESS_KEY_ID", "key"), ("SECRET_ACCESS_KEY", "secret")):
            monkeypatch.setenv(f"AWS_{name}", value)
        monkeypatch.setenv("AWS_ENDPOINT_URL_CONNECT", server.url)
        yield Connect(server)
