"""What the live streams have told of one call: kept with it as JSON, and merged in any order to the same.

Every field only ever moves one way (the earliest, the latest, a union), so that an event that comes late, twice or out
of its order changes nothing that a later one has said.
"""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

# The states of a contact at an agent, as Amazon names them.
ON_HOLD = ("CONNECTED_ONHOLD", "PAUSED")
RINGING = ("INCOMING", "PENDING", "CONNECTING")
HAD = ("CONNECTED", *ON_HOLD, "ENDED")  # agent and customer were, or still are, connected
RUNG_IN_VAIN = ("MISSED", "REJECTED", "ERROR")

MOST_HOLDS = 100  # that are told apart: the first
MOST_AGENTS = 100


class AtAgent(Struct, omit_defaults=True):
    """The call as one agent's snapshots have it: the newest that lists it, and one after that which does not."""

    state: str  # as Amazon names it: INCOMING, CONNECTING, CONNECTED, CONNECTED_ONHOLD, MISSED, ENDED ...
    since: datetime  # StateStartTimestamp
    seen_at: datetime  # EventTimestamp of that snapshot
    left_at: datetime | None = None  # EventTimestamp of a later snapshot without the call

    @property
    def is_here(self) -> bool:
        return self.left_at is None


class NextLeg(Struct, omit_defaults=True):
    """Another contact that names this one as the leg before."""

    contact_id: str
    initiation_method: str
    at: datetime


class Facts(Struct, omit_defaults=True):
    initiated_at: datetime | None = None
    enqueued_at: datetime | None = None  # into the queue that it was in last
    queue_arn: str = ""  # that queue
    connected_at: datetime | None = None  # to an agent, by a contact event
    agent_arn: str = ""  # that agent
    disconnected_at: datetime | None = None
    disconnect_reason: str = ""
    acw_at: datetime | None = None  # after-call work began, by a contact event
    completed_at: datetime | None = None  # after-call work is over too
    paused_at: datetime | None = None
    resumed_at: datetime | None = None
    agents: dict[str, AtAgent] = {}  # by the agent's ARN
    # When agents had it CONNECTED or ENDED anew: where talk began, and holds ended.
    off_hold: list[datetime] = []
    holds: list[tuple[datetime, datetime | None]] = []  # from, to where a later state tells it; in order
    missed: dict[str, datetime] = {}  # agents who were rung in vain, by ARN
    next: NextLeg | None = None  # the first that came
    told_at: datetime | None = None  # when the newest contact event was sent: that one was heard of anew

    @property
    def talked_at(self) -> datetime | None:
        """When an agent had it connected first, by snapshots: what that agent's state became since does not undo it."""
        return min(self.off_hold, default=None)

    @property
    def rung_in_vain(self) -> dict[str, datetime]:
        """Who was rung in vain. The state after a talk may have the same name, and is none."""
        talked_at = self.talked_at
        return {arn: at for arn, at in self.missed.items() if talked_at is None or at < talked_at}
