"""How a call ended, whether that is certain, and whether it opens a case."""

from typing import Literal

from msgspec import Struct

from calls.connect.contact_record import ContactRecord
from calls.outcomes.evidence import Evidence
from calls.outcomes.facts import Facts
from calls.outcomes.looked_at import looked_at
from calls.outcomes.rows import ROWS, Row
from calls.outcomes.rules import Rules

CaseState = Literal["new", "in_progress", "closed"]
Promised = Literal["", "open", "kept", "broken"]

RESCUED = {
    "line_lost",
    "left_on_hold",
    "left_voicemail",
    "callback_failed",
    "turned_away",
    "missed_by_agent",
    "abandoned",
    "left_in_flow",
    "dropped_in_flow",
}


class Judgement(Struct, frozen=True, kw_only=True):
    outcome: str  # a key of OUTCOMES
    row: int
    fields: dict[str, object]  # what the row looked at, by name
    is_provisional: bool  # another leg, or the contact record, may change it
    promise: Promised  # to somebody whom nobody talked to and who was passed on; broken when no leg came
    opens_case: bool
    case_born: CaseState  # the state in which such a case begins

    @property
    def is_broken_promise(self) -> bool:
        return self.promise == "broken"


def judge(record: ContactRecord, evidence: Evidence, rules: Rules) -> Judgement:
    """The first row that holds. Pure: the same input, the same answer."""
    facts = Facts(record, evidence, rules)
    row = next(row for row in ROWS if row.holds(facts))
    is_waiting = _awaits_leg_before(row, facts) or _awaits_leg_after(row, facts)
    promise = _promise(row, facts)
    return Judgement(
        outcome=row.outcome,
        row=row.number,
        fields=looked_at(row, facts),
        is_provisional=is_waiting or evidence.is_early,
        promise=promise,
        opens_case=not is_waiting and _opens_case(row, facts, is_broken=promise == "broken"),
        case_born=_case_born(row, facts),
    )


def _awaits_leg_before(row: Row, facts: Facts) -> bool:
    """Only the record of the leg before says whether this one was a mere question: row 7 may still hold, or no more."""
    if row.outcome == "consult" and facts.evidence.is_kept_still:
        return True
    is_unseen = facts.record.previous_contact_id is not None and facts.previous is None
    # Without a record of its own, the live streams have told as much as they can of the leg before.
    is_told = facts.evidence.leg_wait_over or facts.evidence.is_early
    return row.number > 7 and facts.is_transfer and is_unseen and not is_told


def _awaits_leg_after(row: Row, facts: Facts) -> bool:
    if row.outcome == "passed_on":
        return _is_next_missing(facts) and not facts.evidence.leg_wait_over
    # Once settled, a callback is an attempt only because a further try was seen.
    return row.outcome == "callback_attempt" and not facts.evidence.callback_settled and not facts.has_further_try


def _is_next_missing(facts: Facts) -> bool:
    # Whoever was transferred out of Connect has no further leg here.
    return not facts.has_next and facts.record.transferred_to_endpoint is None


def _promise(row: Row, facts: Facts) -> Promised:
    if row.outcome != "passed_on" or facts.record.talked or facts.record.transferred_to_endpoint is not None:
        return ""
    if facts.has_next:
        return "kept"
    return "broken" if facts.evidence.leg_wait_over else "open"


def _opens_case(row: Row, facts: Facts, *, is_broken: bool) -> bool:
    override = facts.rules.overrides.get(row.outcome)
    if override is not None:
        return override
    match facts.rules.preset:
        case "rescue":
            return is_broken or row.outcome in RESCUED
        case "agent-or-bot":
            return is_broken or (row.number >= 13 and row.outcome != "callback_attempt")
        case "every-interaction":
            return _is_interaction(row, facts)
        case "watch":
            return False


def _is_interaction(row: Row, facts: Facts) -> bool:
    """A contact that is a case of its own: not one without a caller, nor one that another leg goes on with."""
    is_gone_on_with = row.outcome == "passed_on" and facts.has_next
    return row.number >= 5 and row.outcome not in ("consult", "callback_attempt") and not is_gone_on_with


def _case_born(row: Row, facts: Facts) -> CaseState:
    if facts.rules.preset != "every-interaction":
        return "new"
    if row.outcome == "self_served":
        return "closed"
    is_in_hand = row.outcome == "answered" or (row.outcome == "passed_on" and facts.record.talked)
    return "in_progress" if is_in_hand else "new"
