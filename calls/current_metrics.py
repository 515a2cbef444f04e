"""Figures of queues as Amazon Connect itself counts them, asked for where an instance wants it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import structlog
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from calls.aws import forget_clients
from calls.connect.api import ConnectError, connect_for, refusals
from calls.connect.parts import OWN_QUEUE
from calls.models import Instance, Queue
from calls.models.bulk import save_rows
from calls.models.moments import in_seconds
from calls.nudges import nudge
from calls.stages.names import Name, learn

if TYPE_CHECKING:
    from mypy_boto3_connect import ConnectClient
    from mypy_boto3_connect.type_defs import CurrentMetricResultTypeDef, CurrentMetricTypeDef

log = structlog.get_logger()

EVERY_S = 15
AT_A_TIME = 100  # queues of one question, by Amazon's limit
# Grouped by queue, Amazon tells the age in the seconds that it says; without groups in milliseconds.
METRICS: list[CurrentMetricTypeDef] = [
    {"Name": "CONTACTS_IN_QUEUE", "Unit": "COUNT"},
    {"Name": "OLDEST_CONTACT_AGE", "Unit": "SECONDS"},
    {"Name": "AGENTS_AVAILABLE", "Unit": "COUNT"},
    {"Name": "CONTACTS_SCHEDULED", "Unit": "COUNT"},
]
COLUMNS = {
    "CONTACTS_IN_QUEUE": "waiting",
    "OLDEST_CONTACT_AGE": "oldest_s",
    "AGENTS_AVAILABLE": "agents_free",
    "CONTACTS_SCHEDULED": "callbacks",
}
NOTHING: dict[str, int | None] = dict.fromkeys(COLUMNS.values(), 0)
UNLISTED = "Queues are not listed"


class Figures(NamedTuple):
    values: dict[str, int | None]  # by the queue's columns
    at: datetime


def instances_to_measure() -> list[int]:
    return list(Instance.objects.filter(_due(), current_metrics=True).values_list("pk", flat=True))


def ask_figures(instance_id: int) -> None:
    """Unless somebody did in the last EVERY_S."""
    if Instance.objects.filter(_due(), pk=instance_id, current_metrics=True).update(metrics_asked_at=Now()):
        _ask(Instance.objects.get(pk=instance_id))


def _due() -> Q:
    return Q(metrics_asked_at=None) | Q(metrics_asked_at__lte=in_seconds(-EVERY_S))


def _ask(instance: Instance) -> None:
    try:
        arns, trouble = _queues(instance)
        figures = dict(_figures(connect_for(instance), instance, arns))
    except ConnectError as error:
        log.warning("GetCurrentMetricData", instance=instance.pk, code=error.code)
        if error.is_refused:
            forget_clients(instance)  # the credentials may have been changed where they are found
        trouble = f"GetCurrentMetricData: {error.code}"
    else:
        _keep(instance, figures)
    Instance.objects.filter(pk=instance.pk).exclude(metrics_trouble=trouble).update(metrics_trouble=trouble)


def _queues(instance: Instance) -> tuple[list[str], str]:
    """The queues to ask about, and what was wrong with listing them: then those that other records have named."""
    try:
        names = dict(_listed(connect_for(instance), instance))
    except ConnectError as error:
        log.warning("ListQueues", instance=instance.pk, code=error.code)
        known = Queue.objects.filter(instance=instance, arn__contains="/queue/")
        arns = known.exclude(arn__contains=OWN_QUEUE).values_list("arn", flat=True)
        return sorted(arns), f"{UNLISTED}: {error.code}"
    with transaction.atomic():
        learn(instance, names, {})
    return sorted(names), ""


def _listed(client: ConnectClient, instance: Instance) -> Iterator[tuple[str, Name]]:
    pages = client.get_paginator("list_queues").paginate(
        InstanceId=instance.connect_id, QueueTypes=["STANDARD"], PaginationConfig={"PageSize": 1000}
    )
    now = timezone.now()
    with refusals():
        for page in pages:
            yield from ((each["Arn"], Name(each["Name"], now)) for each in page["QueueSummaryList"])


def _figures(client: ConnectClient, instance: Instance, arns: list[str]) -> Iterator[tuple[str, Figures]]:
    """By ARN. Amazon leaves out queues of which there is nothing to say: nobody waits there, and nobody is free."""
    for begin in range(0, len(arns), AT_A_TIME):
        asked = arns[begin : begin + AT_A_TIME]
        at, results = _results(client, instance, asked)
        told = {result["Dimensions"]["Queue"]["Arn"]: _values(result) for result in results}
        yield from ((arn, Figures(told.get(arn, NOTHING), at)) for arn in asked)


def _results(
    client: ConnectClient, instance: Instance, asked: list[str]
) -> tuple[datetime, list[CurrentMetricResultTypeDef]]:
    """And the moment that they are of."""
    results: list[CurrentMetricResultTypeDef] = []
    token: dict[str, Any] = {}
    while True:
        with refusals():
            page = client.get_current_metric_data(
                InstanceId=instance.connect_id,
                Filters={"Queues": asked, "Channels": ["VOICE"]},
                Groupings=["QUEUE"],
                CurrentMetrics=METRICS,
                **token,
            )
        results += page["MetricResults"]
        if not page.get("NextToken"):
            return page.get("DataSnapshotTime") or timezone.now(), results
        token = {"NextToken": page["NextToken"]}


def _values(result: CurrentMetricResultTypeDef) -> dict[str, int | None]:
    """What Amazon cannot tell is None."""
    told: dict[str, float | None] = {each["Metric"]["Name"]: each.get("Value") for each in result["Collections"]}
    values = {column: told.get(name) for name, column in COLUMNS.items()}
    return {column: None if value is None else round(value) for column, value in values.items()}


def _keep(instance: Instance, figures: dict[str, Figures]) -> None:
    """What was not asked about, such as a queue that is there no more, has none."""
    with transaction.atomic():
        asked = Q(arn__in=figures) | Q(figures_at__isnull=False)
        queues = list(Queue.objects.filter(asked, instance=instance).order_by("pk").select_for_update())
        for queue in queues:
            found = figures.get(queue.arn)
            for name in COLUMNS.values():
                setattr(queue, name, found.values[name] if found else None)
            queue.figures_at = found.at if found else None
        save_rows(queues, (*COLUMNS.values(), "figures_at"))
        transaction.on_commit(nudge)
