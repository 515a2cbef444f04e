"""The answer of DescribeContact, as far as a call in progress may learn from it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from msgspec import Struct

from calls.connect.withheld import is_withheld
from calls.models import Instance


class Described(Struct, frozen=True):
    """`Contact` nests QueueInfo where a contact record nests Queue, and names a queue by its id alone."""

    caller_address: str = ""  # empty if withheld, or if there is no telephone
    dialled_address: str = ""
    channel: str = ""
    initiation_method: str = ""
    queue_arn: str = ""
    enqueued_at: datetime | None = None
    began_at: datetime | None = None
    ended_at: datetime | None = None
    disconnect_reason: str = ""


def described(instance: Instance, contact: dict[str, Any]) -> Described:
    queue = contact.get("QueueInfo") or {}
    return Described(
        caller_address=_caller(contact.get("CustomerEndpoint") or {})[:300],
        dialled_address=((contact.get("SystemEndpoint") or {}).get("Address") or "")[:300],
        channel=(contact.get("Channel") or "")[:32],
        initiation_method=(contact.get("InitiationMethod") or "")[:64],
        queue_arn=f"{instance.arn}/queue/{queue['Id']}"[:512] if queue.get("Id") else "",
        enqueued_at=queue.get("EnqueueTimestamp"),
        began_at=contact.get("InitiationTimestamp"),
        ended_at=contact.get("DisconnectTimestamp"),
        disconnect_reason=contact.get("DisconnectReason") or "",
    )


def _caller(end: dict[str, str]) -> str:
    address = end.get("Address") or ""
    return address if end.get("Type") in ("TELEPHONE_NUMBER", "VOIP") and not is_withheld(address) else ""
