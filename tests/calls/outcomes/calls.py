"""Contact records in few words: a queue call that its caller left, but for what a test says."""

from typing import Any

from calls.connect.contact_record import ContactRecord, decode
from calls.outcomes import Evidence, Judgement, Leg, Rules, judge

Fields = dict[str, Any]

AT = "2026-11-02T09:{}Z"  # a Monday
QUEUE: Fields = {"ARN": "arn:aws:connect:us-east-1:123456789012:instance/i/queue/q", "Name": "Billing", "Duration": 60}
AGENT: Fields = {"Username": "alice", "ConnectedToAgentTimestamp": AT.format("01:00")}
ALICE_WORKED: Fields = {**AGENT, "AfterContactWorkStartTimestamp": AT.format("03:00")}


def record(**fields: Any) -> ContactRecord:
    base: Fields = {
        "AWSContactTraceRecordFormatVersion": "2017-03-10",
        "ContactId": "leg-1",
        "Channel": "VOICE",
        "InitiationMethod": "INBOUND",
        "InitiationTimestamp": AT.format("00:00"),
        "ConnectedToSystemTimestamp": AT.format("00:00"),
        "DisconnectTimestamp": AT.format("02:00"),
        "DisconnectReason": "CUSTOMER_DISCONNECT",
        "CustomerEndpoint": {"Address": "+12025550142", "Type": "TELEPHONE_NUMBER"},
        "SystemEndpoint": {"Address": "+12025550100", "Type": "TELEPHONE_NUMBER"},
    }
    return decode({**base, **fields})


def leg(contact_id: str = "leg-2", **fields: Any) -> Leg:
    return Leg.of(record(ContactId=contact_id, **fields))


def judged(evidence: Evidence | None = None, rules: Rules | None = None, **fields: Any) -> Judgement:
    return judge(record(**fields), evidence or Evidence(), rules or Rules())


def ending(evidence: Evidence | None = None, rules: Rules | None = None, **fields: Any) -> tuple[int, str]:
    judgement = judged(evidence, rules, **fields)
    return judgement.row, judgement.outcome
