"""Amazon Connect's API: how it refuses, and the client that asks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError

from calls.aws import client_for

if TYPE_CHECKING:
    from mypy_boto3_connect import ConnectClient

    from calls.models import Instance

AT_ONCE = 8  # questions of one process about one instance
_THROTTLED = ("TooManyRequestsException", "ThrottlingException", "Throttling", "RequestLimitExceeded")
_UNKNOWN = ("ResourceNotFoundException", "InvalidRequestException", "InvalidParameterException")


class ConnectError(Exception):
    """A question that was not answered. The code is Amazon's own or boto3's, and holds nothing of what was asked.

    `is_throttled`: too many questions came. `is_unknown`: this one will never be answered. `is_refused`: none will be
    until a person changes rights or set-up. None of these: it may be answered the next time.
    """

    def __init__(self, code: str, status: int = 0) -> None:
        super().__init__(code)
        self.code = code
        self.is_throttled = code in _THROTTLED
        self.is_unknown = code in (*_UNKNOWN, ParamValidationError.__name__)
        self.is_refused = not self.is_throttled and not self.is_unknown and 400 <= status < 500


@contextmanager
def refusals() -> Iterator[None]:
    """Raises ConnectError for what boto3 raises."""
    try:
        yield
    except ClientError as error:
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        raise ConnectError(error.response.get("Error", {}).get("Code", ""), status) from None
    except BotoCoreError as error:
        raise ConnectError(type(error).__name__) from None


def connect_for(instance: Instance) -> ConnectClient:
    """A question is asked once: who asks counts them, and asks again."""
    client: ConnectClient = client_for(instance, "connect", tries=1, connections=AT_ONCE)
    return client
