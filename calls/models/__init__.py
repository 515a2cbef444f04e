from .agent import Agent
from .alert import Alert
from .alert_channel import AlertChannel, AlertDelivery
from .alert_rule import AlertRule
from .backfill import Backfill
from .call import Call, Promise, Stage
from .caller import Caller
from .case import Case, CaseEntry
from .dead_letter import DeadLetter
from .flag import Flag
from .gap import Gap
from .instance import Instance
from .person import Person
from .policy import Policy
from .queue import Queue
from .queue_level import QueueLevel
from .salesforce_org import SalesforceOrg
from .saved_view import SavedView
from .screen_link import ScreenLink
from .shown_attribute import ShownAttribute
from .stream import Shard, Stream
from .sweep import Sweep
from .team import Team

__all__ = [
    "Agent",
    "Alert",
    "AlertChannel",
    "AlertDelivery",
    "AlertRule",
    "Backfill",
    "Call",
    "Caller",
    "Case",
    "CaseEntry",
    "DeadLetter",
    "Flag",
    "Gap",
    "Instance",
    "Person",
    "Policy",
    "Promise",
    "Queue",
    "QueueLevel",
    "SalesforceOrg",
    "SavedView",
    "ScreenLink",
    "Shard",
    "ShownAttribute",
    "Stage",
    "Stream",
    "Sweep",
    "Team",
]
