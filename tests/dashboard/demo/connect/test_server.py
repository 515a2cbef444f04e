"""The stand-in as boto3 sees it, which checks its answers against Amazon's own service model."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
from botocore.exceptions import ClientError
from mypy_boto3_connect import ConnectClient

from dashboard.demo.connect import ConnectStandIn

from .conftest import INSTANCE_ID

ARN = f"arn:aws:connect:us-east-1:123456789012:instance/{INSTANCE_ID}"
BEGAN_AT = datetime(2026, 11, 2, 9, tzinfo=UTC)
CALLER = {"Type": "TELEPHONE_NUMBER", "Address": "+12025550142"}
METRICS: Any = [
    {"Name": "CONTACTS_IN_QUEUE", "Unit": "COUNT"},
    {"Name": "OLDEST_CONTACT_AGE", "Unit": "SECONDS"},
    {"Name": "AGENTS_AVAILABLE", "Unit": "COUNT"},
    {"Name": "CONTACTS_SCHEDULED", "Unit": "COUNT"},
]


def tell(stand_in: ConnectStandIn, what: str, said: object) -> int:
    return requests.put(f"{stand_in.url}/control/{what}", json=said, timeout=5).status_code


def fault(stand_in: ConnectStandIn, **wish: object) -> None:
    requests.post(f"{stand_in.url}/control/fault", json=wish, timeout=5).raise_for_status()


def refusal(client: ConnectClient, contact_id: str = "c1", instance_id: str = INSTANCE_ID) -> tuple[str, int]:
    with pytest.raises(ClientError) as refused:
        client.describe_contact(InstanceId=instance_id, ContactId=contact_id)
    answer: Any = refused.value.response
    return answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"]


def figures(client: ConnectClient, *keys: str, **more: Any) -> Any:
    return client.get_current_metric_data(
        InstanceId=INSTANCE_ID,
        Filters={"Queues": [f"{ARN}/queue/{key}" for key in keys], "Channels": ["VOICE"]},
        Groupings=["QUEUE"],
        CurrentMetrics=METRICS,
        **more,
    )


def test_a_contact_is_described_as_it_was_told_with_real_times(stand_in: ConnectStandIn, client: ConnectClient) -> None:
    queue = {"Id": "billing", "EnqueueTimestamp": "2026-11-02T10:00:30+01:00"}
    told = {"Id": "c1", "CustomerEndpoint": CALLER, "QueueInfo": queue, "InitiationTimestamp": BEGAN_AT.isoformat()}
    assert tell(stand_in, "contacts", [told]) == 204
    contact = client.describe_contact(InstanceId=INSTANCE_ID, ContactId="c1")["Contact"]
    assert (contact["CustomerEndpoint"], contact["InitiationTimestamp"]) == (CALLER, BEGAN_AT)
    assert contact["QueueInfo"] == {"Id": "billing", "EnqueueTimestamp": BEGAN_AT + timedelta(seconds=30)}


def test_what_comes_later_is_added(stand_in: ConnectStandIn, client: ConnectClient) -> None:
    tell(stand_in, "contacts", [{"Id": "c1", "CustomerEndpoint": CALLER}])
    tell(stand_in, "contacts", [{"Id": "c1", "DisconnectTimestamp": BEGAN_AT.isoformat()}])
    contact = client.describe_contact(InstanceId=INSTANCE_ID, ContactId="c1")["Contact"]
    assert (contact["CustomerEndpoint"], contact["DisconnectTimestamp"]) == (CALLER, BEGAN_AT)


def test_refusals_are_amazons_own(stand_in: ConnectStandIn, client: ConnectClient) -> None:
    tell(stand_in, "contacts", [{"Id": "c1"}])
    assert refusal(client, "another") == ("ResourceNotFoundException", 404)
    assert refusal(client, instance_id="another") == ("ResourceNotFoundException", 404)
    tell(stand_in, "rules", {"denied": ["DescribeContact"]})
    assert refusal(client) == ("AccessDeniedException", 403)
    tell(stand_in, "rules", {"per_s": 0.01})
    assert [refusal(client) for _ in range(2)][-1] == ("TooManyRequestsException", 429)
    tell(stand_in, "rules", {})
    fault(stand_in, operation="DescribeContact", error="InternalServiceException")
    fault(stand_in, operation="ListQueues", error="InternalServiceException")
    assert refusal(client) == ("InternalServiceException", 500)
    assert client.describe_contact(InstanceId=INSTANCE_ID, ContactId="c1")["Contact"]["Id"] == "c1"


def test_figures_are_grouped_by_queue_and_silent_where_there_is_nothing(
    stand_in: ConnectStandIn, client: ConnectClient
) -> None:
    since = (datetime.now(UTC) - timedelta(minutes=1)).isoformat()
    tell(stand_in, "queues", [{"Arn": f"{ARN}/queue/q1", "waiting": 2, "oldest_since": since, "agents_free": 1}])
    tell(stand_in, "queues", [{"Arn": f"{ARN}/queue/q2", "Name": "Claims"}, {"Arn": f"{ARN}/queue/q1", "waiting": 3}])
    (result,) = figures(client, "q1", "q2", "another")["MetricResults"]
    assert result["Dimensions"]["Queue"] == {"Id": "q1", "Arn": f"{ARN}/queue/q1"}
    told = {each["Metric"]["Name"]: each["Value"] for each in result["Collections"]}
    assert 60 <= told.pop("OLDEST_CONTACT_AGE") < 120
    assert told == {"CONTACTS_IN_QUEUE": 3, "AGENTS_AVAILABLE": 1, "CONTACTS_SCHEDULED": 0}


def test_pages_of_figures_and_queues_follow_each_other(stand_in: ConnectStandIn, client: ConnectClient) -> None:
    keys = [f"q{n:03}" for n in range(100)]
    tell(stand_in, "queues", [{"Arn": f"{ARN}/queue/{key}", "Name": key, "waiting": 1} for key in keys])
    tell(stand_in, "queues", [{"Arn": f"{ARN}/queue/agent/bob"}])
    first = figures(client, *keys, MaxResults=60)
    second = figures(client, *keys, MaxResults=60, NextToken=first["NextToken"])
    assert [len(page["MetricResults"]) for page in (first, second)] == [60, 40]
    assert "NextToken" not in second
    pages = client.get_paginator("list_queues").paginate(
        InstanceId=INSTANCE_ID, QueueTypes=["STANDARD"], PaginationConfig={"PageSize": 30}
    )
    assert [each["Name"] for page in pages for each in page["QueueSummaryList"]] == keys


def test_more_than_a_hundred_queues_are_refused(client: ConnectClient) -> None:
    with pytest.raises(ClientError, match="InvalidParameterException"):
        figures(client, *(f"q{n}" for n in range(101)))


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("contacts", [{"Channel": "VOICE"}]),
        ("contacts", [{"Id": "c1", "InitiationTimestamp": "yesterday"}]),
        ("contacts", [{"Id": "c0"}, {"Id": "c1", "Queue": {}}]),
        ("contacts", [{"Id": "c1", "QueueInfo": {"Arn": f"{ARN}/queue/q1"}}]),
        ("contacts", [{"Id": "c1", "QueueInfo": "q1"}]),
        ("queues", [{"Name": "Billing"}]),
        ("queues", [{"Arn": f"{ARN}/queue/q1", "wait": 2}]),
        ("rules", {"per_s": 0}),
        ("rules", {"denied": ["DescribeContacts"]}),
    ],
)
def test_what_amazon_would_never_tell_is_refused_as_a_whole(stand_in: ConnectStandIn, what: str, said: object) -> None:
    assert tell(stand_in, what, said) == 400
    assert not stand_in.centre.contacts
    assert not stand_in.centre.queues


def test_old_contacts_are_forgotten_beyond_a_bound(stand_in: ConnectStandIn) -> None:
    tell(stand_in, "contacts", [{"Id": f"c{n}"} for n in range(20_001)])
    assert len(stand_in.centre.contacts) == 20_000
    assert "c0" not in stand_in.centre.contacts
