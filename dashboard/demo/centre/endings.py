"""Every way in which a call ends here: a table of endings, each with its legs."""

from dataclasses import dataclass, replace

from calls.outcomes.judgement import RESCUED
from dashboard.demo.centre.legs import (
    ABANDONED,
    AGENT_HUNG_UP,
    ANSWERED,
    AT_ONCE,
    BAD_AGENT_LINE,
    BOT,
    BY_FLOW,
    CALLED_BACK,
    CALLED_BUSY,
    CALLED_IN_VAIN,
    CALLED_OUT,
    CAMPAIGN,
    CAMPAIGN_CALL,
    CHAT_LEFT,
    CHAT_LOST,
    CHATTED,
    CONSULTED,
    HUNG_UP,
    LEFT_ON_HOLD,
    LINE_LOST,
    LISTENED_IN,
    LONG_WAIT,
    PERSON,
    PUT_THROUGH,
    SURVEYED,
    TAKEN_OVER,
    TASK,
    WANTS_CALLBACK,
    Leg,
    Talk,
)

# What the demo's policy must name for these endings to be known by their attributes.
MARKS = (
    {"attribute": "testCall", "value": "true", "outcome": "test_call"},
    {"attribute": "vm_flag", "value": "1", "outcome": "left_voicemail"},
    {"attribute": "afterHours", "value": "true", "outcome": "after_hours"},
)


@dataclass(frozen=True)
class Ending:
    """`weight` is its share among the endings of its kind: those that are heard live, and the quiet ones."""

    name: str
    weight: float
    legs: tuple[Leg, ...]
    needs_agent_events: bool = False  # the contact record alone cannot tell
    promised: tuple[Leg, ...] = ()  # after those, and never taken up: no record is ever written of it

    @property
    def is_heard(self) -> bool:
        return any(leg.talk != Talk.NONE for leg in self.legs)

    @property
    def is_drop(self) -> bool:
        return any(leg.outcome in RESCUED for leg in self.legs)

    @property
    def channel(self) -> str:
        return self.legs[0].channel


HEARD = (
    Ending("answered, customer hangs up", 46, (ANSWERED,)),
    Ending("answered, agent hangs up", 14, (replace(ANSWERED, reason=AGENT_HUNG_UP),)),
    Ending("answered after one agent missed it", 3, (replace(ANSWERED, attempts=1, wait_s=(40, 120)),)),
    Ending("answered after a long wait", 1, (replace(ANSWERED, wait_s=(125, 200)),)),
    Ending("line lost", 6, (LINE_LOST,)),
    Ending("line lost on the agent's side", 3, (replace(LINE_LOST, reason=HUNG_UP, fields=BAD_AGENT_LINE),)),
    Ending("left on hold", 2, (LEFT_ON_HOLD,), needs_agent_events=True),
    Ending("transferred", 5, (PUT_THROUGH, TAKEN_OVER)),
    Ending("transferred, then lost", 1, (PUT_THROUGH, replace(LINE_LOST, method="TRANSFER", talk=Talk.REST))),
    Ending("transferred, then left waiting", 2, (PUT_THROUGH, replace(ABANDONED, method="TRANSFER", flow_s=AT_ONCE))),
    Ending("transferred out", 2, (replace(PUT_THROUGH, reason=HUNG_UP, goes_on_s=(40, 180)),)),
    Ending("consulted", 3, (ANSWERED, CONSULTED)),
    Ending("listened in", 2, (ANSWERED, LISTENED_IN)),
    Ending("answered, then a survey", 3, (replace(ANSWERED, reason=AGENT_HUNG_UP), SURVEYED)),
    Ending("called out", 2, (CALLED_OUT,)),
    Ending("called back", 3, (WANTS_CALLBACK, CALLED_BACK)),
    Ending("chatted", 6, (CHATTED,)),
    Ending("chat lost on the agent's side", 1, (replace(CHAT_LOST, reason="AGENT_NETWORK_DISCONNECT"),)),
    Ending("chat lost by a fault", 1, (replace(CHAT_LOST, reason="SYSTEM_ERROR"),)),
)

QUIET = (
    Ending("abandoned", 30, (ABANDONED,)),
    Ending("abandoned while ringing", 5, (replace(ABANDONED, attempts=1, is_ringing=True),)),
    Ending("abandoned after a long wait", 2, (replace(ABANDONED, wait_s=(125, 240)),)),
    Ending("line lost in the queue", 2, (replace(ABANDONED, reason="TELECOM_PROBLEM"),)),
    Ending(
        "passed to another queue, then abandoned",
        3,
        (
            Leg("passed_on", 10, BY_FLOW, wait_s=(30, 60)),
            replace(ABANDONED, method="QUEUE_TRANSFER", flow_s=AT_ONCE),
        ),
    ),
    Ending("missed by two agents", 6, (Leg("missed_by_agent", 16, HUNG_UP, wait_s=(50, 200), attempts=2),)),
    Ending("missed, then cut", 2, (Leg("missed_by_agent", 16, "TELECOM_PROBLEM", wait_s=(30, 90), attempts=1),)),
    Ending("turned away", 5, (Leg("turned_away", 15, BY_FLOW, wait_s=LONG_WAIT),)),
    Ending("short abandon", 4, (Leg("short_abandon", 14, HUNG_UP, wait_s=(1, 4)),)),
    Ending("left in the flow", 11, (Leg("left_in_flow", 22, HUNG_UP, flow_s=(12, 70)),)),
    Ending("dropped in the flow", 5, (Leg("dropped_in_flow", 23, "TELECOM_PROBLEM"),)),
    Ending("dropped without a reason", 2, (Leg("dropped_in_flow", 23, None),)),
    Ending("left the bot", 4, (Leg("dropped_in_flow", 23, HUNG_UP, flow_s=(25, 90), attributes=BOT),)),
    Ending("served by the bot", 7, (Leg("self_served", 12, BY_FLOW, attributes={**BOT, "botOutcome": "resolved"}),)),
    Ending("voicemail", 5, (Leg("left_voicemail", 12, HUNG_UP, flow_s=(40, 80), attributes={"vm_flag": "1"}),)),
    Ending("after hours", 4, (Leg("after_hours", 12, BY_FLOW, flow_s=(14, 20), attributes={"afterHours": "true"}),)),
    Ending("flow said goodbye", 3, (Leg("ended_by_flow", 20, BY_FLOW, flow_s=(20, 45)),)),
    Ending("short call", 4, (Leg("short_call", 21, HUNG_UP, flow_s=(1, 5)),)),
    Ending("test call", 1, (Leg("test_call", 4, BY_FLOW, attributes={"testCall": "true"}),)),
    Ending("callbacks failed", 4, (WANTS_CALLBACK, CALLED_IN_VAIN, replace(CALLED_IN_VAIN, outcome="callback_failed"))),
    Ending("promised a callback, never called", 1, (WANTS_CALLBACK,), promised=(CALLED_BACK,)),
    Ending("promised a callback, never queued", 1, (WANTS_CALLBACK,), promised=(replace(CALLED_BACK, wait_s=None),)),
    Ending("busy", 2, (CALLED_BUSY,)),
    Ending("no answer", 2, (replace(CALLED_BUSY, reason="TELECOM_UNANSWERED"),)),
    Ending("campaign met a machine", 1, (CAMPAIGN_CALL,)),
    Ending(
        "campaign abandoned",
        2,
        (Leg("campaign_abandoned", 6, HUNG_UP, method="API", wait_s=(6, 20), fields={**CAMPAIGN, **PERSON}),),
    ),
    Ending("reminder heard", 2, (Leg("notified", 6, BY_FLOW, method="API", attributes={"reminder": "payment"}),)),
    Ending("task", 2, (TASK,)),
    Ending("chat idle", 3, (CHAT_LEFT,)),
    Ending("chat abandoned", 2, (replace(ABANDONED, method="API", channel="CHAT"),)),
    Ending(
        "chat never connected",
        1,
        (
            replace(
                CHAT_LEFT,
                outcome="not_reached",
                row=19,
                reason="CUSTOMER_CONNECTION_NOT_ESTABLISHED",
                flow_s=(1, 2),
                is_reached=False,
            ),
        ),
    ),
)
ENDINGS = HEARD + QUIET
