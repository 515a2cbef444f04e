"""Amazon's services as boto3 speaks to them, with time-outs of our own: a thread pool enforces none."""

from __future__ import annotations

import os
import threading
from datetime import UTC, datetime
from typing import Any

import boto3
from botocore.config import Config
from botocore.credentials import DeferredRefreshableCredentials
from botocore.session import Session as CoreSession
from botocore.session import get_session
from botocore.utils import parse_timestamp

from calls.models import Instance

READ_TIMEOUT_S = 4
CONFIG = Config(connect_timeout=2, read_timeout=READ_TIMEOUT_S, retries={"total_max_attempts": 2, "mode": "standard"})

_making = threading.Lock()
_clients: dict[tuple[object, ...], Any] = {}


def client_for(
    instance: Instance, service: str, *, connections: int, read_timeout_s: float = READ_TIMEOUT_S, tries: int = 2
) -> Any:
    """The process's one client for this, not to be closed: making one takes longer than a read, and may ask STS."""
    endpoint = os.environ.get(f"AWS_ENDPOINT_URL_{service.upper()}", "")
    key = (instance.arn, instance.role_arn, instance.external_id, service, endpoint, connections, read_timeout_s, tries)
    own = Config(
        read_timeout=read_timeout_s,
        max_pool_connections=connections,
        retries={"total_max_attempts": tries, "mode": "standard"},
    )
    with _making:
        if key not in _clients:
            _clients[key] = session_for(instance).client(service, config=CONFIG.merge(own))  # type: ignore[call-overload]
        return _clients[key]


def forget_clients(instance: Instance) -> None:
    """They are made anew, with the credentials that are found then."""
    with _making:
        for key in [key for key in _clients if key[0] == instance.arn]:
            del _clients[key]


def session_for(instance: Instance) -> boto3.Session:
    """With the instance's role, if it has one: Connect often lives in another account."""
    core = get_session()
    core.get_component("response_parser_factory").set_parser_defaults(timestamp_parser=moment)
    if instance.role_arn:
        _take_role(core, instance)
    return boto3.Session(botocore_session=core, region_name=instance.region)


def moment(told: Any) -> datetime:
    """As botocore's own, which takes as long for the arrival of a record as for all the rest of it."""
    if isinstance(told, int | float):
        try:
            return datetime.fromtimestamp(told, UTC)
        except (OverflowError, ValueError, OSError):
            pass
    return parse_timestamp(told)


def _take_role(core: CoreSession, instance: Instance) -> None:
    def assume() -> dict[str, str]:
        request: dict[str, Any] = {"RoleArn": instance.role_arn, "RoleSessionName": "ringback"}
        if instance.external_id:
            request["ExternalId"] = instance.external_id
        found = boto3.client("sts", region_name=instance.region, config=CONFIG).assume_role(**request)["Credentials"]
        return {
            "access_key": found["AccessKeyId"],
            "secret_key": found["SecretAccessKey"],
            "token": found["SessionToken"],
            "expiry_time": found["Expiration"].isoformat(),
        }

    # Sessions take credentials that renew themselves in no other way.
    vars(core)["_credentials"] = DeferredRefreshableCredentials(refresh_using=assume, method="assume-role")
