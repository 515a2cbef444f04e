"""What each operation answers, in the shapes of Amazon's service model."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct

from dashboard.demo.connect.centre import Centre
from dashboard.demo.connect.errors import ConnectError, invalid
from dashboard.demo.connect.told import Queue

Answer = dict[str, Any]

UNITS = {
    "AGENTS_AVAILABLE": "COUNT",
    "CONTACTS_IN_QUEUE": "COUNT",
    "CONTACTS_SCHEDULED": "COUNT",
    "OLDEST_CONTACT_AGE": "SECONDS",
}


class Metric(Struct, rename="pascal"):
    name: str
    unit: str | None = None


class Filters(Struct, rename="pascal"):
    queues: Annotated[list[str], Meta(max_length=100)] = []
    channels: list[str] = []


class MetricQuestion(Struct, rename="pascal"):
    filters: Filters
    current_metrics: list[Metric]
    groupings: list[str] = []
    next_token: str | None = None
    max_results: Annotated[int, Meta(ge=1, le=100)] = 100


def describe_contact(centre: Centre, contact_id: str) -> Answer:
    contact = centre.contacts.get(contact_id)
    if contact is None:
        raise ConnectError("ResourceNotFoundException", "Contact not found")
    return {"Contact": {"Arn": f"arn:aws:connect:::instance/{centre.instance_id}/contact/{contact_id}", **contact}}


def current_metric_data(centre: Centre, asked: MetricQuestion) -> Answer:
    """Grouped by queue. As Amazon does, it leaves out a queue of which there is nothing to say."""
    if asked.groupings != ["QUEUE"] or any(metric.name not in UNITS for metric in asked.current_metrics):
        raise invalid("This stand-in groups these metrics by QUEUE, and no others.")
    now = datetime.now(UTC)
    wanted = [centre.queues[arn] for arn in sorted(asked.filters.queues) if arn in centre.queues]
    results = [_result(queue, asked.current_metrics, now) for queue in wanted if _is_busy(queue)]
    page, token = _page(results, asked.next_token, asked.max_results)
    answer = {"MetricResults": page, "DataSnapshotTime": now.timestamp(), "ApproximateTotalCount": len(results)}
    return answer | token


def list_queues(centre: Centre, kinds: list[str], next_token: str | None, max_results: int) -> Answer:
    known = [_summary(queue) for queue in sorted(centre.queues.values(), key=lambda queue: queue.arn)]
    page, token = _page([each for each in known if not kinds or each["QueueType"] in kinds], next_token, max_results)
    return {"QueueSummaryList": page, **token}


def _page(items: list[Answer], token: str | None, size: int) -> tuple[list[Answer], Answer]:
    begin = int(token or 0)
    end = begin + size
    return list(islice(items, begin, end)), {"NextToken": str(end)} if end < len(items) else {}


def _summary(queue: Queue) -> Answer:
    kind = "AGENT" if "/queue/agent/" in queue.arn else "STANDARD"
    return {"Id": _id(queue), "Arn": queue.arn, "Name": queue.name or _id(queue), "QueueType": kind}


def _id(queue: Queue) -> str:
    return queue.arn.rpartition("/")[2]


def _result(queue: Queue, metrics: list[Metric], now: datetime) -> Answer:
    figures = dict(_figures(queue, now))
    return {
        "Dimensions": {"Queue": {"Id": _id(queue), "Arn": queue.arn}},
        "Collections": [
            {"Metric": {"Name": metric.name, "Unit": UNITS[metric.name]}, "Value": figures[metric.name]}
            for metric in metrics
        ],
    }


def _is_busy(queue: Queue) -> bool:
    return any(value for value in (queue.waiting, queue.agents_free, queue.callbacks) if value is not UNSET)


def _figures(queue: Queue, now: datetime) -> Iterator[tuple[str, float]]:
    yield "CONTACTS_IN_QUEUE", float(queue.waiting or 0)
    yield "AGENTS_AVAILABLE", float(queue.agents_free or 0)
    yield "CONTACTS_SCHEDULED", float(queue.callbacks or 0)
    since = queue.oldest_since
    yield "OLDEST_CONTACT_AGE", (now - since).total_seconds() if isinstance(since, datetime) else 0.0
