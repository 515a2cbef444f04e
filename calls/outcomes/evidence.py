"""What else is known of a call besides its own record: kept with the call as JSON."""

from datetime import datetime
from typing import Self

from msgspec import Struct

from calls.connect.contact_record import ContactRecord


class Leg(Struct, frozen=True, kw_only=True):
    """Another contact of the same call, as far as its record tells."""

    contact_id: str
    previous_contact_id: str | None = None
    next_contact_id: str | None = None
    initiation_method: str | None = None
    talked: bool = False
    began_at: datetime | None = None
    ended_at: datetime | None = None
    after_contact_work_started_at: datetime | None = None

    @classmethod
    def of(cls, record: ContactRecord) -> Self:
        return cls(
            contact_id=record.contact_id,
            previous_contact_id=record.previous_contact_id,
            next_contact_id=record.next_contact_id,
            initiation_method=record.initiation_method,
            talked=record.talked,
            began_at=record.began_at,
            ended_at=record.ended_at,
            after_contact_work_started_at=record.agent.after_contact_work_started_at if record.agent else None,
        )

    @property
    def carries_on(self) -> bool:
        """The customer may be on this leg: not a supervisor's ear, not the flow after a hang-up."""
        return self.initiation_method not in ("DISCONNECT", "MONITOR")


class Evidence(Struct, frozen=True, kw_only=True):
    """Only legs whose record has arrived belong here: a leg known from live streams alone has not ended."""

    legs: tuple[Leg, ...] = ()  # of the same root_id; the call itself among them does no harm
    agent_state: str | None = None  # the last of the agent's states before the end, such as CONNECTED_ONHOLD
    missed_by_agent: bool = False  # an agent event showed MISSED
    last_words: str | None = None
    further_try_seen: bool = False  # another callback was seen, if only on a live stream
    leg_wait_over: bool = False  # rules.leg_wait_s has passed since this record arrived
    callback_settled: bool = False  # rules.callback_settle_min has passed since this record arrived
