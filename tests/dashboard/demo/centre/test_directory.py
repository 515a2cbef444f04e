import socket
from collections.abc import Iterator

import pytest
import requests

from dashboard.demo.centre.directory import Directory
from dashboard.demo.centre.floor import INSTANCE_ID
from dashboard.demo.connect import ConnectStandIn
from tests.dashboard.demo.centre.telling import named, told

LATER = 100.0  # longer than any pause
PHONED, CHATTED = told(named("abandoned"), 1).calls[0], told(named("chatted"), 2).calls[0]


@pytest.fixture
def stand_in() -> Iterator[ConnectStandIn]:
    with ConnectStandIn(INSTANCE_ID) as running:
        yield running


def described(url: str, contact_id: str) -> requests.Response:
    return requests.get(f"{url}/contacts/{INSTANCE_ID}/{contact_id}", timeout=10)


def test_amazon_can_be_asked_for_the_number_of_whoever_was_introduced(stand_in: ConnectStandIn) -> None:
    directory = Directory(stand_in.url)
    directory.introduce(PHONED)
    directory.introduce(CHATTED)
    directory.flush(0)
    contact = described(stand_in.url, PHONED.id).json()["Contact"]
    assert contact["CustomerEndpoint"] == {"Address": PHONED.caller.number, "Type": "TELEPHONE_NUMBER"}
    assert contact["SystemEndpoint"] == {"Address": PHONED.queue.number, "Type": "TELEPHONE_NUMBER"}
    assert not described(stand_in.url, CHATTED.id).json()["Contact"].get("CustomerEndpoint")


def test_what_could_not_be_told_is_told_when_the_stand_in_is_there(caplog: pytest.LogCaptureFixture) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    directory = Directory(f"http://127.0.0.1:{port}")
    directory.introduce(PHONED)
    directory.flush(0)
    assert PHONED.caller.number not in caplog.text
    with ConnectStandIn(INSTANCE_ID, port) as stand_in:
        directory.flush(LATER)
        assert described(stand_in.url, PHONED.id).ok


def test_without_an_address_nobody_is_told() -> None:
    directory = Directory("")
    directory.introduce(PHONED)
    directory.flush(0)
