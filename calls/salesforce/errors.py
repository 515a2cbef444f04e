"""What Salesforce refuses, as one exception: the code decides, the message is for a person."""

import re
from collections.abc import Iterable
from typing import Any

# Trouble that passes by itself. Codes that are not here need a person: hundreds exist, and admins write their own.
TRANSIENT = {
    "ALL_OR_NONE_OPERATION_ROLLED_BACK",
    "API_CURRENTLY_DISABLED",
    "DUPLICATE_VALUE",  # two writers met at the unique key; the next upsert finds the record
    "INVALID_SESSION_ID",
    "PROCESSING_HALTED",
    "QUERY_TIMEOUT",
    "REQUEST_LIMIT_EXCEEDED",
    "SERVER_UNAVAILABLE",
    "UNABLE_TO_LOCK_ROW",
    "UNKNOWN_EXCEPTION",
    "server_error",
    "temporarily_unavailable",
    "unknown_error",
}
MESSAGE_LENGTH = 300


class SalesforceError(Exception):
    """A call to Salesforce, or one record of it, that did not succeed.

    `permanent`: sent again as it is, it will be refused again until a person changes the record or the set-up.
    Neither code nor message holds a token, a secret, a phone number or a person's words.
    """

    def __init__(self, code: str, message: str = "", permanent: bool = False) -> None:
        super().__init__(code, message, permanent)
        self.code = code
        self.message = message
        self.permanent = permanent

    def __str__(self) -> str:
        return f"{self.code}: {self.message}" if self.message else self.code


def from_rest(status: int, body: Any, private: Iterable[str] = ()) -> SalesforceError:
    """The error of a whole call: a JSON array of {errorCode, message}. `private` values are masked in the message."""
    first = body[0] if isinstance(body, list) and body else body
    if isinstance(first, dict) and first.get("errorCode"):
        return _refusal(first["errorCode"], first.get("message"), status, private)
    if status == 401:
        return SalesforceError("INVALID_SESSION_ID", "The session is not accepted")
    # Proxies and maintenance pages answer in HTML: that says nothing about the records.
    return SalesforceError(f"HTTP_{status}", "The answer holds no Salesforce error")


def from_item(errors: Any, private: Iterable[str] = ()) -> SalesforceError:
    """The error of one record of a collection: [{statusCode, message, fields}]; a permanent one decides."""
    found = [
        _refusal(error["statusCode"], error.get("message"), 400, private)
        for error in (errors if isinstance(errors, list) else [])
        if isinstance(error, dict) and error.get("statusCode")
    ]
    unknown = SalesforceError("INVALID_ANSWER", "Refused without a reason")
    return next((error for error in found if error.permanent), found[0] if found else unknown)


def from_oauth(status: int, body: Any, private: Iterable[str] = ()) -> SalesforceError:
    """The error of a token request: a JSON object {error, error_description}."""
    if isinstance(body, dict) and body.get("error"):
        return _refusal(body["error"], body.get("error_description"), status, private)
    return SalesforceError(f"HTTP_{status}", "The token endpoint's answer holds no Salesforce error")


def _refusal(code: Any, message: Any, status: int, private: Iterable[str]) -> SalesforceError:
    code = code if isinstance(code, str) and re.fullmatch(r"[A-Za-z_]{1,100}", code) else "UNKNOWN"
    text = message if isinstance(message, str) else ""
    # A trigger that meets a locked row is reported as a broken trigger; too many logins as a wrong password.
    passes = "UNABLE_TO_LOCK_ROW" in text or "login rate exceeded" in text.lower()
    is_transient = code in TRANSIENT or passes or status >= 500 or status == 429
    return SalesforceError(code, _masked(text, private), permanent=not is_transient)


def _masked(text: str, private: Iterable[str]) -> str:
    # Salesforce quotes what it refuses, not always letter for letter. Longest first, or a part unmasks the whole.
    text = re.sub(r"(?<=too large: ).*(?= \(max length)", "[...]", text, flags=re.DOTALL)
    for value in sorted({value for value in private if value}, key=len, reverse=True):
        edge = r"\b" if len(value) < 4 else ""
        text = re.sub(f"{edge}{re.escape(value)}{edge}", "[...]", text)
    return re.sub(r"\d(?:[\s().-]*\d){4,}", "[number]", text)[:MESSAGE_LENGTH]
