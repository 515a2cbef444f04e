"""What the journeys put on Kinesis: the samples with other names and times, and talk as Contact Lens hears it."""

import copy
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

SAMPLES = Path(__file__).resolve().parents[1] / "samples"
INSTANCE_ID = "00000000-0000-4000-8000-000000000001"
Record = dict[str, Any]


def dropped(contact_id: str, number: str, queue: str = "Billing", ended_s_ago: float = 66) -> Record:
    """A caller who gave up waiting in the queue: the sample, as if it had happened just now."""
    record: Record = json.loads((SAMPLES / "ctr_synthetic/03_abandoned_in_queue.json").read_text())
    ended_at = datetime.fromisoformat(record["DisconnectTimestamp"])
    record = _moved(record, datetime.now(UTC) - timedelta(seconds=ended_s_ago) - ended_at)
    record["ContactId"] = contact_id
    record["CustomerEndpoint"]["Address"] = number
    record["Queue"]["Name"] = queue
    record["Queue"]["ARN"] = record["Queue"]["ARN"][:-2] + {"Billing": "b1", "Sales": "b3"}[queue]
    return record


class GivenUp:
    """A caller who gives up waiting: contact events, and the contact record that confirms them."""

    def __init__(self, number: str, queue: str = "Billing") -> None:
        self.contact_id = str(uuid4())
        self.record = dropped(self.contact_id, number, queue, ended_s_ago=1)

    def initiated(self) -> Record:
        return self._event("08_initiated_inbound.json")

    def queued(self) -> Record:
        return self._event("09_queued.json")

    def disconnected(self) -> Record:
        return self._event("10_disconnected_in_queue.json")

    def _event(self, sample: str) -> Record:
        event: Record = json.loads((SAMPLES / "contact_events" / sample).read_text())
        detail, record = event["detail"], self.record
        detail["contactId"], detail["initiationTimestamp"] = self.contact_id, record["InitiationTimestamp"]
        detail["tags"]["aws:connect:systemEndpoint"] = record["SystemEndpoint"]["Address"]
        if "queueInfo" in detail:
            detail["queueInfo"] |= {
                "queueArn": record["Queue"]["ARN"],
                "enqueueTimestamp": record["Queue"]["EnqueueTimestamp"],
            }
        if "disconnectTimestamp" in detail:
            detail["disconnectTimestamp"] = record["DisconnectTimestamp"]
        return event | {"id": str(uuid4()), "time": _stamp(datetime.now(UTC))}


def login(username: str, queue: Record) -> Record:
    """An agent who takes the calls of one queue comes to work."""
    instance, now = f"arn:aws:connect:us-east-1:123456789012:instance/{INSTANCE_ID}", _stamp(datetime.now(UTC))
    event: Record = json.loads((SAMPLES / "agent_events/05_login.json").read_text())
    event |= {"AgentARN": f"{instance}/agent/{uuid4()}", "InstanceARN": instance}
    event |= {"EventId": str(uuid4()), "EventTimestamp": now}
    event["CurrentAgentSnapshot"]["AgentStatus"]["StartTimestamp"] = now
    configuration = event["CurrentAgentSnapshot"]["Configuration"]
    configuration["Username"] = username
    configuration["RoutingProfile"]["InboundQueues"] = [{"ARN": queue["ARN"], "Name": queue["Name"]}]
    return event


def _moved(value: Any, by: timedelta) -> Any:
    if isinstance(value, dict):
        return {
            name: _stamp(datetime.fromisoformat(each) + by) if name.endswith("Timestamp") and each else _moved(each, by)
            for name, each in value.items()
        }
    return value


def _stamp(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


class Talk:
    """One conversation, in the words of Contact Lens."""

    def __init__(self, contact_id: str | None = None) -> None:
        self.contact_id = contact_id or str(uuid4())
        self._ms = 1000

    def started(self) -> Record:
        return self._event("STARTED")

    def completed(self) -> Record:
        return self._event("COMPLETED")

    def pause(self, seconds: int) -> None:
        """Nothing is heard of anybody."""
        self._ms += seconds * 1000

    def piece(self, turn_id: str, words: str, role: str = "CUSTOMER") -> Record:
        begin_ms, self._ms = self._ms, self._ms + 1000
        utterance = {
            "Id": str(uuid4()),
            "TranscriptId": turn_id,
            "PartialContent": words,
            **_spoken(role, begin_ms, begin_ms + 900),
        }
        return self._event("SEGMENTS", Segments=[{"Utterance": utterance}])

    def final(self, turn_id: str, words: str, role: str = "CUSTOMER", mood: str = "NEUTRAL", ms: int = 1000) -> Record:
        """A whole turn; `ms` reaches back over the pieces that it replaces."""
        begin_ms = max(0, self._ms - ms)
        self._ms += 1000
        transcript = {"Id": turn_id, "Content": words, "Sentiment": mood, **_spoken(role, begin_ms, self._ms - 1100)}
        return self._event("SEGMENTS", Segments=[{"Transcript": transcript}])

    def category(self, name: str) -> Record:
        details = {name: {"PointsOfInterest": [{"BeginOffsetMillis": 0, "EndOffsetMillis": self._ms}]}}
        return self._event(
            "SEGMENTS", Segments=[{"Categories": {"MatchedCategories": [name], "MatchedDetails": details}}]
        )

    def _event(self, event: str, **more: object) -> Record:
        head: Record = json.loads((SAMPLES / "contact_lens_voice/01_started.json").read_text())
        return copy.deepcopy(head | {"ContactId": self.contact_id, "EventType": event, **more})


def _spoken(role: str, begin_ms: int, end_ms: int) -> Record:
    return {
        "ParticipantId": role,
        "ParticipantRole": role,
        "BeginOffsetMillis": begin_ms,
        "EndOffsetMillis": max(begin_ms, end_ms),
    }
