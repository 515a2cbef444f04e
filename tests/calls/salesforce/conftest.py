from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from calls.salesforce.client import Login, SalesforceClient
from dashboard.demo.salesforce.server import SalesforceStandIn

from .canned import Canned, serve


class Org(SalesforceStandIn):
    """The stand-in, with its control path at hand."""

    def faults(self, **faults: Any) -> None:
        self.control("POST", "faults", json=faults)

    def cases(self) -> list[dict[str, Any]]:
        cases: list[dict[str, Any]] = self.control("GET", "cases").json()
        return cases

    def counts(self) -> dict[str, int]:
        counts: dict[str, int] = self.control("GET", "calls").json()
        return counts

    def control(self, method: str, path: str, **kwargs: Any) -> requests.Response:
        url = f"{self.url}/_stand_in/{path}"
        answer = requests.request(method, url, verify=str(self.ca_file), timeout=10, **kwargs)
        answer.raise_for_status()
        return answer


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("certificates")


@pytest.fixture
def trusted(certificates: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificates / "ca.pem"))


@pytest.fixture
def org(certificates: Path, trusted: None) -> Iterator[Org]:
    with Org(certificates=certificates) as org:
        yield org


@pytest.fixture
def login(org: Org) -> Login:
    return Login(org.url, "client-credentials", "ringback", client_secret="secret")


@pytest.fixture
def client(login: Login) -> Iterator[SalesforceClient]:
    with SalesforceClient(login) as client:
        yield client


@pytest.fixture
def canned(certificates: Path, trusted: None) -> Iterator[Canned]:
    with serve(Canned(), certificates) as canned:
        yield canned


@pytest.fixture
def canned_client(canned: Canned) -> Iterator[SalesforceClient]:
    with SalesforceClient(Login(canned.url, "client-credentials", "ringback", client_secret="secret")) as client:
        yield client
