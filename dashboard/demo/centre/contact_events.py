"""What EventBridge says of one contact: its envelopes, as a rule passes them on to Kinesis."""

import random
from collections.abc import Iterator
from uuid import UUID

from dashboard.demo.centre.call import Call, Record, has_system_endpoint, in_queue, precise, stamp
from dashboard.demo.centre.floor import ACCOUNT_ID, INSTANCE_ARN, INSTANCE_ID

_NOT_SET = "1970-01-01T00:00:00.001Z"


def events(call: Call, rng: random.Random) -> Iterator[tuple[float, Record]]:
    """(moment when it is on the stream, envelope), from INITIATED to COMPLETED."""
    for kind, moment in _moments(call):
        if moment is not None:
            yield moment + rng.uniform(0.15, 0.9), _envelope(call, kind, moment, rng)


def waiting(call: Call, rng: random.Random) -> Iterator[tuple[float, Record]]:
    """Those of a contact that stays in its queue for good; none of one that never came so far."""
    if call.queued_at is None:
        return iter(())
    return ((at, each) for at, each in events(call, rng) if each["detail"]["eventType"] in ("INITIATED", "QUEUED"))


def _moments(call: Call) -> Iterator[tuple[str, int | None]]:
    is_chat = call.leg.channel == "CHAT"
    yield "INITIATED", call.began_at
    yield "CONNECTED_TO_SYSTEM", None if call.leg.method in _WITHOUT_SYSTEM_EVENT else call.system_at
    yield "QUEUED", call.queued_at
    yield "CONTACT_DATA_UPDATED", call.queued_at if is_chat and call.talk else None
    yield "CONNECTED_TO_AGENT", call.connected_at
    yield "DISCONNECTED", call.ended_at
    yield "COMPLETED", None if is_chat and call.connected_at is None else call.settled_at


_WITHOUT_SYSTEM_EVENT = ("INBOUND", "TRANSFER", "QUEUE_TRANSFER", "DISCONNECT", "MONITOR")


def _envelope(call: Call, kind: str, moment: int, rng: random.Random) -> Record:
    return {
        "version": "0",
        "id": str(UUID(int=rng.getrandbits(128), version=4)),
        "detail-type": "Amazon Connect Contact Event",
        "source": "aws.connect",
        "account": ACCOUNT_ID,
        "time": stamp(moment),
        "region": "us-east-1",
        "resources": [f"{INSTANCE_ARN}/contact/{call.id}", INSTANCE_ARN],
        "detail": {name: value for name, value in _detail(call, kind, moment).items() if value is not None},
    }


def _detail(call: Call, kind: str, moment: int) -> Record:
    def by_now(at: int | None) -> int | None:
        return at if at is not None and at <= moment else None

    is_over = kind in ("DISCONNECTED", "COMPLETED")
    has_system_event = call.leg.method not in _WITHOUT_SYSTEM_EVENT
    return {
        "eventType": kind,
        "contactId": call.id,
        "initialContactId": call.initial,
        "previousContactId": call.previous,
        "channel": call.leg.channel,
        "instanceArn": INSTANCE_ARN,
        "initiationMethod": call.leg.method,
        "initiationTimestamp": precise(call.began_at),
        "connectedToSystemTimestamp": precise(by_now(call.system_at)) if has_system_event else None,
        "disconnectTimestamp": precise(call.ended_at) if is_over else None,
        "disconnectReason": call.leg.reason if is_over and "Campaign" in call.leg.fields else None,
        "updatedProperties": [_UPDATED] if kind == "CONTACT_DATA_UPDATED" else None,
        "queueInfo": _queue(call) if by_now(call.queued_at) and kind != "INITIATED" else None,
        "agentInfo": _agent(call, kind),
        "tags": _tags(call),
    }


_UPDATED = "ContactLens.ConversationalAnalytics.Configuration"


def _queue(call: Call) -> Record:
    kind = "AGENT" if call.leg.is_during else "STANDARD"
    return {"queueType": kind, "queueArn": in_queue(call)["ARN"], "enqueueTimestamp": precise(call.queued_at)}


def _agent(call: Call, kind: str) -> Record | None:
    if kind == "CONTACT_DATA_UPDATED":
        return {"agentArn": call.agent.arn, "connectedToAgentTimestamp": _NOT_SET}
    if kind not in ("CONNECTED_TO_AGENT", "DISCONNECTED", "COMPLETED") or call.connected_at is None:
        return None
    agent = {"agentArn": call.agent.arn, "connectedToAgentTimestamp": precise(call.connected_at)}
    if kind != "COMPLETED" or call.agent_left_at is None or not call.after_work_s:
        return agent
    return {
        **agent,
        "afterContactWorkStartTimestamp": precise(call.agent_left_at),
        "afterContactWorkEndTimestamp": precise(call.agent_left_at + call.after_work_s),
        "afterContactWorkDuration": call.after_work_s,
    }


def _tags(call: Call) -> Record:
    tags = {"aws:connect:instanceId": INSTANCE_ID}
    return {**tags, "aws:connect:systemEndpoint": call.queue.number} if has_system_endpoint(call) else tags
