from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from dashboard.demo.salesforce.server import SalesforceStandIn

UPSERT = "/composite/sobjects/Case/Ringback_Key__c"
LOGIN = {"grant_type": "client_credentials", "client_id": "ringback", "client_secret": "secret"}


@dataclass
class Caller:
    """Speaks to the stand-in as any program would: plain requests, nothing of Ringback's client."""

    stand_in: SalesforceStandIn
    token: str = ""

    def send(self, method: str, path: str, **kwargs: Any) -> requests.Response:
        kwargs |= {"verify": str(self.stand_in.ca_file), "timeout": 10, "allow_redirects": False}
        return requests.request(method, self.stand_in.url + path, **kwargs)  # noqa: S113  (it is in kwargs)

    def sign_in(self, **form: str) -> requests.Response:
        return self.send("POST", "/services/oauth2/token", data=form or LOGIN)

    def data(self, method: str, path: str, **kwargs: Any) -> requests.Response:
        self.token = self.token or self.sign_in().json()["access_token"]
        return self.send(
            method, f"/services/data/v60.0{path}", headers={"Authorization": f"Bearer {self.token}"}, **kwargs
        )

    def upsert(self, *records: dict[str, Any], all_or_none: bool = False) -> list[dict[str, Any]]:
        answer = self.data("PATCH", UPSERT, json=collection(*records, all_or_none=all_or_none))
        assert answer.status_code == 200, answer.text
        results: list[dict[str, Any]] = answer.json()
        return results

    def update(self, *records: dict[str, Any]) -> list[dict[str, Any]]:
        results: list[dict[str, Any]] = self.data("PATCH", "/composite/sobjects", json=collection(*records)).json()
        return results

    def faults(self, **faults: Any) -> None:
        self.send("POST", "/_stand_in/faults", json=faults).raise_for_status()

    def cases(self) -> list[dict[str, Any]]:
        cases: list[dict[str, Any]] = self.send("GET", "/_stand_in/cases").json()
        return cases


def collection(*records: dict[str, Any], all_or_none: bool = False) -> dict[str, Any]:
    return {"allOrNone": all_or_none, "records": [{"attributes": {"type": "Case"}} | record for record in records]}


def case(key: str, **values: Any) -> dict[str, Any]:
    return {"Ringback_Key__c": key, "Status": "New", "Subject": "Dropped call"} | values


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("certificates")


@pytest.fixture
def caller(certificates: Path) -> Iterator[Caller]:
    with SalesforceStandIn(certificates=certificates) as stand_in:
        yield Caller(stand_in)
