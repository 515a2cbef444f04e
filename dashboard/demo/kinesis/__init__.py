"""A stand-in for Amazon Kinesis: the real protocol on a real port, the records in memory."""

from dashboard.demo.kinesis.account import Account
from dashboard.demo.kinesis.server import Server
from dashboard.demo.serving import Served


class KinesisStandIn(Served):
    """Serves while its `with` block runs; what it holds is gone afterwards.

    For boto3: `endpoint_url=stand_in.url`, or AWS_ENDPOINT_URL_KINESIS. `port` 0 takes a free one. Limits are Amazon's:
    an iterator lasts `iterator_age_s`, a shard answers `reads_per_s` GetRecords. Tests ask for faults by POST:
    /_stand_in/fault {"operation", "error", "page", "latency_ms", "times"}, /_stand_in/expire (all iterators) and
    /_stand_in/age {"by_s"} (everything in the streams becomes that much older).

    A consumer is active `registration_s` after it was registered; a subscription lasts `subscription_s`, and for the
    first `resubscribe_s` of it another one to the same shard is refused. A fault of the "operation"
    SubscribeToShardEvent meets a subscription before its next event.
    """

    def __init__(
        self,
        port: int = 0,
        iterator_age_s: float = 300,
        reads_per_s: int = 5,
        subscription_s: float = 300,
        resubscribe_s: float = 5,
        registration_s: float = 0,
    ) -> None:
        self.account = Account(iterator_age_s, reads_per_s, subscription_s, resubscribe_s, registration_s)
        super().__init__(Server(self.account).application, port, "kinesis-stand-in")
