"""What else is known of a call besides its own record: kept with the call as JSON."""

from datetime import datetime
from typing import Self

from msgspec import Struct

from calls.connect.contact_record import ContactRecord
from calls.outcomes.seen import carries_on


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
        return carries_on(self.initiation_method)


class Evidence(Struct, frozen=True, kw_only=True):
    """Of legs, only those whose record has arrived: one known from live streams alone has not ended."""

    is_early: bool = False  # the record has not come, and is put together from events
    legs: tuple[Leg, ...] = ()  # of the same root_id; the call itself among them does no harm
    agent_state: str | None = None  # the last of the agent's states before the end, such as CONNECTED_ONHOLD
    hold_s: float | None = None  # how long the customer had been on hold then
    missed_by_agent: bool = False  # an agent event showed MISSED
    rang: tuple[str, ...] = ()  # the names of the agents whom it rang in vain, in that order
    last_words: str | None = None
    next_seen: bool = False  # a leg that goes on with the customer was seen, if only on a live stream
    further_try_seen: bool = False  # another callback was seen, if only on a live stream
    is_customer_kept: bool = False  # the agent of the leg before still had the customer when this one ended
    is_kept_still: bool = False  # and has the customer as this is judged, as far as live streams tell
    leg_wait_over: bool = False  # rules.leg_wait_s has passed since this record arrived
    callback_settled: bool = False  # rules.callback_settle_min has passed since this record arrived
