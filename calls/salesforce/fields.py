"""What Salesforce is told of a case."""

import hashlib

from django.conf import settings

from calls.models import Case
from calls.outcomes import OUTCOMES

KEY_LENGTH = 255
STATUS = {Case.State.NEW: "New", Case.State.TAKEN: "Working", Case.State.CLOSED: "Closed"}


def key_of(case: Case) -> dict[str, str]:
    """External ids have at most 255 characters; a longer key goes as its digest."""
    key = case.key if len(case.key) <= KEY_LENGTH else f"sha256:{hashlib.sha256(case.key.encode()).hexdigest()}"
    return {"Ringback_Key__c": key}


def fields_of(case: Case) -> dict[str, str]:
    drops = "1 dropped call" if case.drops == 1 else f"{case.drops} dropped calls"
    return {
        "Ringback_Link__c": f"{settings.PUBLIC_URL}{case.get_absolute_url()}",
        "Subject": f"{case.cause_label}: call back ({drops})",
        "Description": _description(case, drops),
        "Status": STATUS[Case.State(case.state)],
        "Origin": "Phone",
        "Priority": "High" if case.drops > 1 else "Medium",
        "SuppliedPhone": case.phone[:40],
    }


def _description(case: Case, drops: str) -> str:
    cause = OUTCOMES[case.cause].words if case.cause in OUTCOMES else case.cause
    at = f", {case.last_drop_at:%Y-%m-%d %H:%M:%S} UTC" if case.last_drop_at else ""
    closed = f"\nClosed: {case.get_disposition_display()}." if case.disposition else ""
    return f"{drops} of this caller; the last: {cause}{at}.{closed}"
