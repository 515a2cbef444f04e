"""A dropped call opens its caller's case, joins the open one, or opens again one that was just closed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple, Self

from django.db.models import Q

from calls.connect.contact_record import ContactRecord
from calls.models import Call, Case, CaseEntry, Instance, Policy
from calls.models.bulk import add_rows, save_rows
from calls.outcomes import OUTCOMES, Judgement
from calls.outcomes.seen import facts_of
from calls.salesforce.wake import wake_mirror

FIELDS = (
    "state", "disposition", "owner", "cause", "phone", "drops", "last_drop_at", "closed_at", "version", "org",
    "mirror", "mirror_trouble", "mirror_tries", "mirror_at",
)  # fmt: skip
STATES = {"new": Case.State.NEW, "in_progress": Case.State.TAKEN, "closed": Case.State.CLOSED}


class Said(NamedTuple):
    """What the newest judgement of a call said, before the next."""

    outcome: str
    row: int | None
    is_provisional: bool
    promise: str
    opens_case: bool
    is_early: bool

    @classmethod
    def of(cls, call: Call) -> Self:
        is_early = bool(call.evidence.get("is_early"))
        return cls(call.outcome, call.outcome_row, call.is_provisional, call.promise, call.opens_case, is_early)


@dataclass(frozen=True)
class Verdict:
    """A call with its new judgement."""

    call: Call
    judgement: Judgement
    record: ContactRecord  # that was judged: as it came, or put together from events
    is_early: bool  # the latter
    before: Said

    @property
    def is_news(self) -> bool:
        found = self.judgement
        return self.before[:5] != (found.outcome, found.row, found.is_provisional, found.promise, self.opens_case)

    @property
    def opens_case(self) -> bool:
        """A record that waits for another leg to confirm what events told takes nothing back of it meanwhile."""
        is_standing = self.before.opens_case and self.before.outcome == self.judgement.outcome
        return self.judgement.opens_case or (is_standing and self.judgement.is_provisional)

    @property
    def is_confirmed(self) -> bool:
        """The contact record says what events had told."""
        return self.before.is_early and not self.is_early and self.before.outcome == self.judgement.outcome

    @property
    def label(self) -> str:
        return OUTCOMES[self.judgement.outcome].label

    @property
    def is_told(self) -> bool:
        """Not one that is kept to ourselves until it is surer."""
        return not self.is_early or self.call.judge_at is None

    @property
    def says(self) -> str:
        if self.is_early:
            return f"later events say {self.label}"
        return f"{'the contact' if self.before.is_early else 'a newer'} record says {self.label}"


def follow_up(instance: Instance, policy: Policy, verdicts: Iterable[Verdict], now: datetime) -> None:
    """Open, join and withdraw cases. The callers' rows are locked, so nobody else opens one meanwhile."""
    verdicts = [each for each in verdicts if each.opens_case or each.call.case_id]
    if verdicts:
        cases = Cases(instance, policy, verdicts, now)
        for each in sorted(verdicts, key=lambda each: (each.call.ended_at or now, each.call.pk)):
            cases.bring(each)
        cases.save()


class Cases:
    """The cases that a batch may touch, locked, and what becomes of them."""

    def __init__(self, instance: Instance, policy: Policy, verdicts: list[Verdict], now: datetime) -> None:
        self.instance = instance
        self.now = now
        self.new: list[Case] = []
        self.changed: dict[int, Case] = {}
        self.told: list[tuple[Case, Call, str]] = []
        since = now - timedelta(hours=policy.merge_window_h)
        near = ~Q(state=Case.State.CLOSED) | Q(closed_at__gte=since)
        callers = {each.call.caller_id for each in verdicts if each.call.caller_id}
        own = {each.call.case_id for each in verdicts if each.call.case_id}
        # A newer record may name another number: then the case's own caller counts as well.
        # Read first, because no index serves an OR with a query in it.
        callers.update(Case.objects.filter(pk__in=own, caller__isnull=False).values_list("caller_id", flat=True))
        wanted = Q(near, caller__in=callers) | Q(pk__in=own)
        found = Case.objects.filter(wanted).order_by("pk").select_for_update()
        self.by_pk = {case.pk: case for case in found}
        lately = [case for case in self.by_pk.values() if case.is_open or (case.closed_at and case.closed_at >= since)]
        # What a caller's next drop joins: the open case, else the one closed last.
        lately.sort(key=lambda case: (case.is_open, case.closed_at or now))
        self.by_caller: dict[int | None, Case] = {case.caller_id: case for case in lately if case.caller_id}

    def bring(self, verdict: Verdict) -> None:
        own = self.by_pk.get(verdict.call.case_id or 0)
        if own is None:
            self._open(verdict, self.by_caller.get(verdict.call.caller_id))
        elif verdict.opens_case == verdict.before.opens_case:
            if verdict.is_news:
                self._keep_up(own, verdict)
        elif not verdict.opens_case:
            self._close_or_tell(own, verdict)
        elif own.disposition == Case.Disposition.WITHDRAWN:
            held = self.by_caller.get(own.caller_id)
            self._open(verdict, held if held and held.is_open else own)
        else:
            own.drops += 1
            self._tell(own, verdict)

    def _keep_up(self, case: Case, verdict: Verdict) -> None:
        """What is confirmed is no news to whoever works on the case; the record knows the moment better, though."""
        call, told_early = verdict.call, facts_of(verdict.call).disconnected_at
        if not verdict.is_confirmed:
            self._tell(case, verdict)
        elif case.last_drop_at != call.ended_at:
            self._change(case)
        if verdict.opens_case and case.last_drop_at in (call.ended_at, told_early):
            case.cause, case.last_drop_at = verdict.judgement.outcome, call.ended_at

    def _open(self, verdict: Verdict, case: Case | None) -> None:
        call = verdict.call
        if case is None or (verdict.judgement.case_born == "closed" and not case.is_open):
            case = self._new(verdict)
            words = f"{verdict.label}: case opened"
        else:
            words = self._join(case, verdict)
        if case.caller_id and (case.is_open or case.caller_id not in self.by_caller):
            self.by_caller[case.caller_id] = case
        call.case = case
        self.told.append((case, call, words))

    def _new(self, verdict: Verdict) -> Case:
        call, state = verdict.call, STATES[verdict.judgement.case_born]
        case = Case(
            instance=self.instance,
            caller=call.caller,
            key=f"{self.instance.connect_id}:{call.contact_id}",
            state=state,
            closed_at=self.now if state == Case.State.CLOSED else None,
            cause=verdict.judgement.outcome,
            phone=call.caller_address,
            opened_at=self.now,
            last_drop_at=call.ended_at,
            org=self.instance.salesforce,
            mirror=Case.Mirror.PENDING if self.instance.salesforce_id else Case.Mirror.NONE,
            mirror_at=self.now,
        )
        self.new.append(case)
        return case

    def _join(self, case: Case, verdict: Verdict) -> str:
        call, words = verdict.call, "another call joined"
        if not case.is_open:
            case.state, case.owner, case.closed_at = STATES[verdict.judgement.case_born], None, None
            case.disposition, words = "", "opened again"
        case.drops += 1
        if case.last_drop_at is None or (call.ended_at and call.ended_at >= case.last_drop_at):
            case.cause, case.last_drop_at = verdict.judgement.outcome, call.ended_at
            case.phone = call.caller_address or case.phone
        self._change(case)
        return f"{verdict.label}: {words}"

    def _close_or_tell(self, case: Case, verdict: Verdict) -> None:
        """Withdrawn while untouched, unless another call still holds; else told what the record now says."""
        case.drops = max(0, case.drops - 1)
        if case.state == Case.State.NEW and not case.drops:
            case.state, case.disposition, case.closed_at = Case.State.CLOSED, Case.Disposition.WITHDRAWN, self.now
            self._change(case)
            self.told.append((case, verdict.call, f"withdrawn: {verdict.says}"))
        else:
            self._tell(case, verdict)

    def _tell(self, case: Case, verdict: Verdict) -> None:
        self._change(case)
        self.told.append((case, verdict.call, verdict.says))

    def _change(self, case: Case) -> None:
        if case.pk is None:
            return  # new in this batch: written as it is then
        self.changed[case.pk] = case
        case.version += 1
        if case.org_id:
            case.mirror, case.mirror_at, case.mirror_tries, case.mirror_trouble = Case.Mirror.PENDING, self.now, 0, ""

    def save(self) -> None:
        Case.objects.bulk_create(self.new)
        save_rows(self.changed.values(), FIELDS)
        for case, call, _ in self.told:
            call.case = case  # of a new case, now that it has a key
        add_rows(CaseEntry(case=case, call=call, words=words) for case, call, words in self.told)
        for org_id in {case.org_id for case, _, _ in self.told}:
            wake_mirror(org_id)
