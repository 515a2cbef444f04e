from .agent import Agent
from .alert import Alert
from .backfill import Backfill
from .call import Call, Promise, Stage
from .caller import Caller
from .case import Case, CaseEntry
from .dead_letter import DeadLetter
from .gap import Gap
from .instance import Instance
from .person import Person
from .policy import Policy
from .queue import Queue
from .salesforce_org import SalesforceOrg
from .stream import Shard, Stream
from .sweep import Sweep
from .team import Team

__all__ = [
    "Agent",
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
    "Promise",
    "Queue",
    "SalesforceOrg",
    "Shard",
    "Stage",
    "Stream",
    "Sweep",
    "Team",
]
