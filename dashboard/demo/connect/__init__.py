"""A stand-in for Amazon Connect's API: DescribeContact, GetCurrentMetricData and ListQueues as boto3 speaks them.

What it knows it is told over HTTP, by whoever plays the contact centre, and keeps in memory:

PUT /control/contacts  [{"Id": "…", "Channel": "VOICE", "InitiationMethod": "INBOUND",
    "InitiationTimestamp": "2026-11-02T09:00:00Z", "CustomerEndpoint": {"Type": "TELEPHONE_NUMBER", "Address": "…"},
    "SystemEndpoint": {…}, "QueueInfo": {"Id": "…", "EnqueueTimestamp": "…"}, "DisconnectTimestamp": "…" …}]
    The fields are those of `Contact` in DescribeContact's answer, under Amazon's names; only `Id` is needed, and what
    Amazon's service model does not have is refused. Times are ISO 8601. Fields that come later are added to what is
    known of that contact, and replace what they name again. The oldest are forgotten beyond 20,000.

PUT /control/queues  [{"Arn": "…/queue/…", "Name": "Billing", "waiting": 3, "oldest_since": "2026-11-02T09:00:00Z",
    "agents_free": 2, "callbacks": 0}]
    Only `Arn` is needed. Added and replaced as above; `oldest_since` is null while nobody waits.

PUT /control/rules  {"per_s": 2.0, "denied": ["DescribeContact"]}
    More than `per_s` calls of one operation a second are answered TooManyRequestsException; null: as many as come.
    `denied` operations are answered AccessDeniedException. What is left out is as at the start: no limit, none denied.

POST /control/fault  {"operation": "DescribeContact", "error": "InternalServiceException", "latency_ms": 0, "times": 1}
    The next calls of this operation (null: of any) are late, and fail with `error` unless it is null.

All answer 204, or 400 with what is wrong.
"""

from dashboard.demo.connect.centre import Centre
from dashboard.demo.connect.server import application
from dashboard.demo.serving import Served


class ConnectStandIn(Served):
    """For boto3: AWS_ENDPOINT_URL_CONNECT is its `url`. It is one instance; any other is ResourceNotFoundException.

    `centre.asked` tells what was asked last: (operation, contact id or "") each, refused or not.
    """

    def __init__(self, instance_id: str, port: int = 0) -> None:
        self.centre = Centre(instance_id)
        super().__init__(lambda: application(self.centre), port, "connect-stand-in")
