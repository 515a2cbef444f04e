"""One contact's plan: how it begins, waits, talks and ends, and what Ringback should make of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

Span = tuple[float, float]  # seconds, from and to


class Talk(StrEnum):
    """How much of the dialogue Contact Lens hears on a leg."""

    NONE = "none"
    WHOLE = "whole"
    FIRST = "first"  # up to the middle, then the caller is put through
    REST = "rest"  # goes on where the leg before stopped
    HELD = "held"  # up to the middle, then on hold and never back


@dataclass(frozen=True)
class Leg:
    """One contact. `outcome` and `row` say how it is to be judged; the defaults are a caller who rings in by phone."""

    outcome: str
    row: int
    reason: str | None
    method: str = "INBOUND"
    channel: str = "VOICE"
    flow_s: Span = (8, 40)
    wait_s: Span | None = None  # None: never in a queue
    attempts: int = 0  # agents whose phone rang in vain
    is_ringing: bool = False  # the last of them while it ended
    talk: Talk = Talk.NONE
    is_cut: bool = False  # the line goes in the middle of a sentence
    connected_s: Span | None = None  # an agent was connected, and Contact Lens is off
    is_dialled: bool = False  # an agent dialled, and nobody answered
    is_reached: bool = True  # the customer's side was connected
    is_during: bool = False  # while the leg before goes on, not after it
    goes_on_s: Span | None = None  # the customer goes on outside of Connect
    attributes: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, object] = field(default_factory=dict)

    @property
    def has_agent(self) -> bool:
        return self.talk != Talk.NONE or self.connected_s is not None


HUNG_UP, AGENT_HUNG_UP, BY_FLOW = "CUSTOMER_DISCONNECT", "AGENT_DISCONNECT", "CONTACT_FLOW_DISCONNECT"
AT_ONCE, SHORT_WAIT, WAIT, LONG_WAIT = (0.0, 0.0), (6.0, 20.0), (3.0, 24.0), (20.0, 110.0)
CAMPAIGN = {"Campaign": {"CampaignId": "00000000-0000-4000-8000-0000000000e1"}}
MACHINE = {"AnsweringMachineDetectionStatus": "VOICEMAIL_BEEP"}
PERSON = {"AnsweringMachineDetectionStatus": "HUMAN_ANSWERED"}
BOT = {"virtualAgent": "true", "botName": "AcmeBot"}
POOR_AUDIO = {"QualityScore": 1.8, "PotentialQualityIssues": ["HighPacketLoss", "HighJitterBuffer"]}
BAD_AGENT_LINE = {
    "DisconnectDetails": {"PotentialDisconnectIssue": "AGENT_CONNECTIVITY_ISSUE"},
    "QualityMetrics": {"Agent": {"Audio": POOR_AUDIO}, "Customer": {"Audio": {"QualityScore": 4.3}}},
}

ANSWERED = Leg("answered", 11, HUNG_UP, wait_s=WAIT, talk=Talk.WHOLE)
PUT_THROUGH = Leg("passed_on", 10, AGENT_HUNG_UP, wait_s=WAIT, talk=Talk.FIRST)
TAKEN_OVER = Leg("answered", 11, HUNG_UP, method="TRANSFER", wait_s=SHORT_WAIT, talk=Talk.REST)
WANTS_CALLBACK = Leg("passed_on", 10, BY_FLOW, flow_s=(25, 60))
CALLED_IN_VAIN = Leg(
    "callback_attempt",
    13,
    "TELECOM_UNANSWERED",
    method="CALLBACK",
    wait_s=(60, 150),
    connected_s=(22, 35),
    is_reached=False,
)
CHATTED = Leg("answered", 11, HUNG_UP, method="API", channel="CHAT", flow_s=(4, 15), wait_s=SHORT_WAIT, talk=Talk.WHOLE)
LINE_LOST = replace(ANSWERED, outcome="line_lost", row=8, reason="TELECOM_PROBLEM", is_cut=True)
LEFT_ON_HOLD = replace(ANSWERED, outcome="left_on_hold", row=9, talk=Talk.HELD)
ABANDONED = Leg("abandoned", 17, HUNG_UP, wait_s=LONG_WAIT)
CONSULTED = Leg(
    "consult", 7, AGENT_HUNG_UP, method="TRANSFER", flow_s=AT_ONCE, wait_s=(2, 6), connected_s=(12, 25), is_during=True
)
LISTENED_IN = Leg("monitoring", 2, "OTHER", method="MONITOR", flow_s=AT_ONCE, connected_s=(15, 30), is_during=True)
SURVEYED = Leg("after_call_flow", 3, BY_FLOW, method="DISCONNECT", attributes={"surveyScore": "5"})
CALLED_OUT = Leg("answered", 11, HUNG_UP, method="OUTBOUND", flow_s=(8, 20), talk=Talk.WHOLE)
CALLED_BACK = Leg("answered", 11, HUNG_UP, method="CALLBACK", flow_s=AT_ONCE, wait_s=(40, 120), talk=Talk.WHOLE)
CHAT_LOST = replace(CHATTED, outcome="line_lost", row=8, is_cut=True)
CALLED_BUSY = Leg("not_reached", 5, "TELECOM_BUSY", method="OUTBOUND", is_dialled=True, is_reached=False)
CAMPAIGN_CALL = Leg("not_reached", 5, BY_FLOW, method="API", fields={**CAMPAIGN, **MACHINE})
TASK = Leg("not_a_call", 1, "AGENT_COMPLETED", method="API", channel="TASK", wait_s=SHORT_WAIT, connected_s=(30, 90))
CHAT_LEFT = Leg("chat_left", 18, "IDLE_DISCONNECT", method="API", channel="CHAT", flow_s=(60, 120))
