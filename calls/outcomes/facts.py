"""What the rows ask of a call."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from calls.connect.contact_record import ContactRecord
from calls.outcomes.evidence import Evidence, Leg
from calls.outcomes.rules import Mark, Rules

TRANSFERS = ("TRANSFER", "EXTERNAL_OUTBOUND")


@dataclass(frozen=True)
class Facts:
    record: ContactRecord
    evidence: Evidence
    rules: Rules

    @property
    def reason(self) -> str:
        return self.record.disconnect_reason or ""

    @property
    def machine(self) -> str:
        return self.record.answering_machine_detection_status or ""

    @property
    def issue(self) -> str | None:
        details = self.record.disconnect_details
        return details.potential_disconnect_issue if details else None

    @property
    def has_queue(self) -> bool:
        return self.record.queue is not None

    @property
    def is_left_by_customer(self) -> bool:
        return self.reason == "CUSTOMER_DISCONNECT"

    @property
    def is_try_of_ours(self) -> bool:
        """Voice that we started and that met no agent; a callback has a row of its own."""
        return self.record.is_started_by_us and self.record.initiation_method != "CALLBACK" and not self.record.talked

    @cached_property
    def mark(self) -> Mark | None:
        return self.rules.mark_for(self.record, "self_served", "left_voicemail", "after_hours")

    @cached_property
    def test_mark(self) -> Mark | None:
        return self.rules.mark_for(self.record, "test_call")

    @cached_property
    def started_mark(self) -> Mark | None:
        return self.rules.mark_for(self.record, "started")

    @cached_property
    def others(self) -> tuple[Leg, ...]:
        return tuple(leg for leg in self.evidence.legs if leg.contact_id != self.record.contact_id)

    @cached_property
    def previous(self) -> Leg | None:
        return next((leg for leg in self.others if leg.contact_id == self.record.previous_contact_id), None)

    @cached_property
    def next(self) -> Leg | None:
        """The leg this one names as its next, or else one that names this as the leg before."""
        named = (leg for leg in self.others if leg.contact_id == self.record.next_contact_id)
        naming = (leg for leg in self.others if leg.carries_on and self._comes_from(leg, {self.record.contact_id}))
        return next(named, None) or next(naming, None)

    @property
    def is_handed_on(self) -> bool:
        """Nobody talked, and another leg was named to go on with the customer."""
        if self.record.next_contact_id is None or self.record.talked:
            return False
        return self.next is None or self.next.carries_on

    @property
    def has_next(self) -> bool:
        return self.next is not None or self.evidence.next_seen

    @property
    def previous_agent_worked_at(self) -> datetime | None:
        return self.previous.after_contact_work_started_at if self.previous else None

    @property
    def is_transfer(self) -> bool:
        return self.record.initiation_method in TRANSFERS

    @property
    def is_consult(self) -> bool:
        is_kept = self.evidence.is_customer_kept or _is_later(self.previous_agent_worked_at, self.record.ended_at)
        return self.is_transfer and is_kept

    @property
    def has_later_talk(self) -> bool:
        """An agent talked on a leg after this one, and not only with this leg's own agent."""
        worked_at = self.record.agent.after_contact_work_started_at if self.record.agent else None
        return any(leg.talked and not _is_later(worked_at, leg.ended_at) for leg in self._later())

    def _later(self) -> Iterator[Leg]:
        left = [leg for leg in self.others if leg.carries_on]
        seen, named = {self.record.contact_id}, {self.record.next_contact_id}
        while found := next((leg for leg in left if leg.contact_id in named or self._comes_from(leg, seen)), None):
            left.remove(found)
            seen.add(found.contact_id)
            named.add(found.next_contact_id)
            yield found

    @staticmethod
    def _comes_from(leg: Leg, contact_ids: set[str]) -> bool:
        return leg.previous_contact_id in contact_ids

    @property
    def has_further_try(self) -> bool:
        """Of a call's callbacks only the one that ended last can have failed, so that it fails once."""
        mine = (order_of_end(self.record.ended_at), self.record.contact_id)
        tries = (leg for leg in self.others if leg.initiation_method == "CALLBACK")
        return self.evidence.further_try_seen or any(
            (order_of_end(leg.ended_at), leg.contact_id) > mine for leg in tries
        )

    @property
    def is_short_wait(self) -> bool:
        return self.record.wait_s is not None and self.record.wait_s < self.rules.short_abandon_s

    @property
    def is_short(self) -> bool:
        return self.record.duration_s is not None and self.record.duration_s <= self.rules.short_flow_s


def _is_later(moment: datetime | None, than: datetime | None) -> bool:
    return moment is not None and than is not None and moment > than


def order_of_end(moment: datetime | None) -> float:
    return moment.timestamp() if moment else 0.0
