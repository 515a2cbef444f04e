from .alert import Alert
from .backfill import Backfill
from .call import Call
from .caller import Caller
from .case import Case, CaseEntry
from .dead_letter import DeadLetter
from .gap import Gap
from .instance import Instance
from .person import Person
from .policy import Policy
from .salesforce_org import SalesforceOrg
from .stream import Shard, Stream
from .sweep import Sweep
from .team import Team

__all__ = [
    "Alert",
    "Backfill",
    "Call",
    "Caller",
    "Case",
    "CaseEntry",
    "DeadLetter",
    "Gap",
    "Instance",
    "Person",
    "Policy",
    "SalesforceOrg",
    "Shard",
    "Stream",
    "Sweep",
    "Team",
]
