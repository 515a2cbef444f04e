"""The one fence around simple-salesforce: cases out, ids and case numbers in."""

import re
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import requests
from simple_salesforce.api import Salesforce
from simple_salesforce.exceptions import SalesforceError as Refused

from calls.salesforce.errors import SalesforceError, from_item, from_rest
from calls.salesforce.login import TRANSPORT, Login, fetch_token, transport_error

__all__ = ["EXTERNAL_ID", "FIELDS", "Login", "Result", "SalesforceClient", "SalesforceError", "record_url"]

EXTERNAL_ID = "Ringback_Key__c"
FIELDS = (
    EXTERNAL_ID,
    "Ringback_Link__c",
    "Subject",
    "Description",
    "Status",
    "Origin",
    "Priority",
    "SuppliedPhone",
)
RECORDS_PER_CALL = 200
IDS_PER_QUERY = 500


@dataclass(frozen=True)
class Result:
    """What became of one record: an id, or the error that says why not."""

    id: str | None
    is_created: bool
    error: SalesforceError | None


class SalesforceClient:
    """One org. Threads may share it. Close it, or use it as a context manager.

    Every method raises SalesforceError when the call as a whole failed: then nothing is known of any record.
    """

    def __init__(self, login: Login, timeouts_s: tuple[float, float] = (3, 20)) -> None:
        self.login = login
        self.limit_used: tuple[int, int] | None = None
        self._session = _Session(timeouts_s)
        self._salesforce: Salesforce | None = None
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._session.close()

    def upsert_cases(self, records: list[dict[str, str]]) -> list[Result]:
        """Up to 200 records by Ringback_Key__c, in one call; a Result for each, in their order."""
        return self._save(f"composite/sobjects/Case/{EXTERNAL_ID}", records)

    def update_cases(self, records: list[dict[str, str]]) -> list[Result]:
        """Up to 200 records by `Id`, in one call; a Result for each, in their order. Creates nothing."""
        return self._save(
            "composite/sobjects",
            [
                {"id": _checked_id(record["Id"])} | {name: value for name, value in record.items() if name != "Id"}
                for record in records
            ],
        )

    def case_numbers(self, ids: list[str]) -> dict[str, str]:
        """CaseNumber by id, for up to 500 ids; a deleted case is missing."""
        if len(ids) > IDS_PER_QUERY:
            raise ValueError(f"at most {IDS_PER_QUERY} ids")
        if not ids:
            return {}
        asked = {_checked_id(sf_id)[:15]: sf_id for sf_id in ids}
        quoted = ",".join(f"'{sf_id}'" for sf_id in asked.values())
        soql = f"SELECT Id, CaseNumber FROM Case WHERE Id IN ({quoted})"  # noqa: S608  (the ids are checked)
        answer = self._ask(lambda salesforce: salesforce.query(soql))
        try:
            return {asked[row["Id"][:15]]: str(row["CaseNumber"]) for row in answer["records"]}
        except (KeyError, TypeError):
            raise SalesforceError("INVALID_ANSWER", "The query's answer is not about the ids asked for") from None

    def _save(self, path: str, records: list[dict[str, str]]) -> list[Result]:
        if len(records) > RECORDS_PER_CALL:
            raise ValueError(f"at most {RECORDS_PER_CALL} records")
        if not records:
            return []
        body = {"allOrNone": False, "records": [{"attributes": {"type": "Case"}} | record for record in records]}
        answer = self._ask(
            lambda salesforce: salesforce.restful(path, method="PATCH", json=body),
            private=[value for record in records for value in _private(record)],
        )
        if not isinstance(answer, list) or len(answer) != len(records):
            raise SalesforceError("INVALID_ANSWER", f"{len(records)} records were sent, not as many results came")
        return [_result(item, record) for item, record in zip(answer, records, strict=True)]

    def _ask(self, question: Callable[[Salesforce], Any], private: Iterable[str] = ()) -> Any:
        salesforce = self._connected()
        try:
            return self._answer(salesforce, question, private)
        except SalesforceError as error:
            if error.code != "INVALID_SESSION_ID":
                raise
        return self._answer(self._connected(instead_of=salesforce), question, private)

    def _answer(self, salesforce: Salesforce, question: Callable[[Salesforce], Any], private: Iterable[str]) -> Any:
        try:
            answer = question(salesforce)
        except Refused as error:
            raise from_rest(error.status, error.content, [salesforce.session_id, *private]) from None
        except TRANSPORT as error:
            raise transport_error(error) from None
        usage = salesforce.api_usage.get("api-usage")
        if usage:
            self.limit_used = (usage.used, usage.total)
        return answer

    def _connected(self, instead_of: Salesforce | None = None) -> Salesforce:
        """Threads whose session ended together fetch one new token, not one each."""
        with self._lock:
            if self._salesforce is None or self._salesforce is instead_of:
                self._salesforce = self._sign_in()
            return self._salesforce

    def _sign_in(self) -> Salesforce:
        if not re.fullmatch(r"\d{2,3}\.0", self.login.api_version):
            raise SalesforceError("INVALID_API_VERSION", "An API version looks like 60.0", permanent=True)
        token = fetch_token(self._session, self.login)
        return Salesforce(
            session_id=token.access_token,
            instance_url=token.instance_url,
            version=self.login.api_version,
            session=self._session,
        )


class _Session(requests.Session):
    """What simple-salesforce leaves out: time-outs, and no redirects, which would carry the token elsewhere."""

    def __init__(self, timeouts_s: tuple[float, float]) -> None:
        super().__init__()
        self.timeouts_s = timeouts_s
        self.auth = _unchanged

    def request(self, *args: Any, **kwargs: Any) -> requests.Response:
        return super().request(*args, **(kwargs | {"timeout": self.timeouts_s, "allow_redirects": False}))


def _unchanged(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Without an `auth`, requests puts a password from ~/.netrc in the place of the token."""
    return request


def _result(item: Any, record: dict[str, str]) -> Result:
    if not isinstance(item, dict) or not isinstance(item.get("success"), bool):
        raise SalesforceError("INVALID_ANSWER", "A result says neither success nor failure")
    if not item["success"]:
        return Result(None, False, from_item(item.get("errors"), _private(record)))
    if not _is_id(item.get("id")):
        raise SalesforceError("INVALID_ANSWER", "A result has no id")
    return Result(item["id"], item.get("created") is True, None)


def _private(record: dict[str, str]) -> list[str]:
    """The values that no message may repeat; picklist values may be, they help whoever set the picklist up."""
    return [value for name, value in record.items() if name not in {"id", "Status", "Origin", "Priority"}]


def record_url(lightning_url: str, sf_id: str) -> str:
    """The page of a case in Salesforce."""
    return f"{lightning_url.rstrip('/')}/lightning/r/Case/{_checked_id(sf_id)}/view"


def _checked_id(sf_id: str) -> str:
    # An id may hold a path or a quote: simple-salesforce would follow it with the token, SOQL would run it.
    if not _is_id(sf_id):
        raise SalesforceError("MALFORMED_ID", "An id has 15 or 18 letters and digits", permanent=True)
    return sf_id


def _is_id(sf_id: Any) -> bool:
    return isinstance(sf_id, str) and bool(re.fullmatch(r"[a-zA-Z0-9]{15}(?:[a-zA-Z0-9]{3})?", sf_id))
