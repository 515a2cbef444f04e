"""Calls judged by their records and their legs, and what follows from it: callers, cases, alerts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec
from django.utils import timezone

from calls.callers import caller_key, lock_callers
from calls.connect.contact_record import ContactRecord
from calls.models import Alert, Call, Instance, Policy
from calls.models.bulk import save_rows
from calls.outcomes import OUTCOMES, Evidence, Judgement, Leg, Legs, Rules, judge
from calls.outcomes.early import early_record
from calls.outcomes.seen import seen_of
from calls.rescue import Said, Verdict, follow_up
from calls.witness import Witness, are_records_behind, legs_before, tells_more

EARLY_FIELDS = (
    "ended_at", "caller", "outcome", "outcome_row", "outcome_fields", "evidence", "is_provisional", "judge_at",
    "opens_case", "case", "promise",
)  # fmt: skip


def judge_calls(instance: Instance, family: dict[str, Call], news: Iterable[Call]) -> list[Call]:
    """Judge these calls and those linked to them; the calls that changed, not saved. Their rows are locked."""
    news = list(news)
    if not news:
        return []
    policy = _policy(instance)
    now = timezone.now()
    rules = policy.rules()
    changed = {call.pk: call for call in news}
    verdicts: list[Verdict] = []
    roots = {call.root_contact_id for call in news}
    legs = _legs_by_root(call for call in family.values() if call.root_contact_id in roots)
    witness = Witness(instance, family.values())
    for call in family.values():
        if call.contact_record is not None and call.root_contact_id in roots:
            waited = now - (call.record_arrived_at or now)
            around = legs[call.root_contact_id].around(call.contact_id)
            verdict = _judge(call, call.contact_record, witness.of_record(call, around, rules, waited), rules)
            if verdict.is_news or call.pk in changed:
                changed[call.pk] = call
                verdicts.append(verdict)
            call.judge_at = _look_again_at(call, verdict.judgement, rules, now)
    _follow_up(instance, policy, verdicts, now)
    return list(changed.values())


def judge_early(instance: Instance, calls: Iterable[Call]) -> list[Call]:
    """Judge the calls that have ended and have no record, by what the live streams tell; those that changed, saved.

    Their rows are locked, and their `stage_facts` are the newest. It may be asked as often as anything was heard of
    them. A call with a record is only looked at again soon, where the streams tell what it was not judged by.
    """
    calls = list(calls)
    changed = [call for call in calls if call.record is not None and tells_more(call)]
    now = timezone.now()
    for call in changed:
        call.judge_at = now
    if ended := {call: record for call in calls if (record := early_record(call)) and not _is_served(call, record)}:
        _judge_ended(instance, ended, now)
        changed += ended
    save_rows(changed, EARLY_FIELDS)
    return changed


def _is_served(call: Call, record: ContactRecord) -> bool:
    """Whoever talked, as far as events tell; unless that was heard after another verdict."""
    return record.talked and not call.outcome and seen_of(call).agent_state != "CONNECTED_ONHOLD"


def _judge_ended(instance: Instance, ended: dict[Call, ContactRecord], now: datetime) -> None:
    policy = _policy(instance)
    rules = policy.rules()
    witness = Witness(instance, ended)
    before = legs_before(instance, ended)
    is_any_due = any(call.judge_at and call.judge_at <= now for call in ended)
    is_behind = is_any_due and are_records_behind(instance, policy.provisional_after_s)
    verdicts: list[Verdict] = []
    for call, record in ended.items():
        call.ended_at = record.ended_at
        evidence = witness.of_events(call, before.get(call.previous_contact_id))
        verdict = _judge(call, record, evidence, rules)
        call.judge_at = _silent_until(verdict, policy, now, is_behind=is_behind)
        verdicts.append(verdict)
    _follow_up(instance, policy, verdicts, now)


def _policy(instance: Instance) -> Policy:
    return Policy.objects.filter(instance=instance).first() or Policy(instance=instance)


def _legs_by_root(calls: Iterable[Call]) -> dict[str, Legs]:
    legs: defaultdict[str, list[Leg]] = defaultdict(list)
    for call in calls:
        if call.contact_record:
            legs[call.root_contact_id].append(Leg.of(call.contact_record))
    return {root: Legs(root, found) for root, found in legs.items()}


def _judge(call: Call, record: ContactRecord, evidence: Evidence, rules: Rules) -> Verdict:
    """Keep the judgement with the call, and in the verdict what was said before."""
    found = judge(record, evidence, rules)
    before = Said.of(call)
    call.evidence = msgspec.to_builtins(evidence)
    call.outcome, call.outcome_row, call.is_provisional = found.outcome, found.row, found.is_provisional
    call.outcome_fields = msgspec.to_builtins(found.fields)
    call.promise = found.promise
    return Verdict(call, found, record, evidence.is_early, before)


def _look_again_at(call: Call, verdict: Judgement, rules: Rules, now: datetime) -> datetime | None:
    if not verdict.is_provisional or call.record_arrived_at is None:
        return None
    is_callback = verdict.outcome == "callback_attempt"
    wait = timedelta(minutes=rules.callback_settle_min) if is_callback else timedelta(seconds=rules.leg_wait_s)
    due_at = call.record_arrived_at + wait
    # A question stays provisional for as long as the agent who asked it talks.
    return due_at if due_at > now else now + wait


def _silent_until(verdict: Verdict, policy: Policy, now: datetime, *, is_behind: bool) -> datetime | None:
    """In the flow only the record shows whether the caller was served: its drop is told when none has come for long.

    So long by our own clock: after a pause the events may be read hours late, and the records even after them. What
    looks like a mere question may prove to be a drop by then, when it is known who kept the customer.
    """
    judge_at, before = verdict.call.judge_at, verdict.before
    if not _is_unsure(verdict):
        return None
    is_first = not (before.is_early and (before.opens_case or before.outcome == "consult"))
    is_put_off = is_behind and judge_at is not None and judge_at <= now
    if is_first or is_put_off:
        judge_at = now + timedelta(seconds=policy.provisional_after_s)
    return judge_at if judge_at and judge_at > now else None


def _is_unsure(verdict: Verdict) -> bool:
    is_in_flow = verdict.judgement.opens_case and verdict.record.queue is None and not verdict.record.talked
    return is_in_flow or verdict.judgement.outcome == "consult"


def _follow_up(instance: Instance, policy: Policy, verdicts: list[Verdict], now: datetime) -> None:
    _find_callers(instance, verdicts)
    oldest = now - timedelta(hours=policy.case_max_age_h)
    young = [each for each in verdicts if each.call.case_id or (each.call.ended_at or now) >= oldest]
    follow_up(instance, policy, [each for each in young if _may_open(each, policy)], now)
    Alert.objects.raise_for([each.call for each in young if _is_alarming(each)])
    _take_back_alerts([each for each in verdicts if each.before.opens_case and not each.opens_case])
    for each in verdicts:
        each.call.opens_case = each.opens_case


def _find_callers(instance: Instance, verdicts: list[Verdict]) -> None:
    keys = {each.call: caller_key(each.record) for each in verdicts}
    callers = lock_callers(instance, (key for key in keys.values() if key))
    for call, key in keys.items():
        call.caller = callers[key] if key else None


def _may_open(verdict: Verdict, policy: Policy) -> bool:
    """What is provisional opens a case only for a number that is known, for that is what cases are merged by."""
    if not verdict.judgement.is_provisional or verdict.call.case_id:
        return True
    return policy.opens_cases_early and verdict.is_told and verdict.record.caller_address is not None


def _is_alarming(verdict: Verdict) -> bool:
    is_bad = OUTCOMES[verdict.judgement.outcome].is_drop or verdict.judgement.is_broken_promise
    return is_bad and verdict.judgement.opens_case and verdict.is_told


def _take_back_alerts(verdicts: Iterable[Verdict]) -> None:
    """Of calls that were no drops. What was told provisionally and is corrected is said to be so."""
    by_now: defaultdict[tuple[bool, bool], list[Call]] = defaultdict(list)
    for each in verdicts:
        by_now[each.before.is_provisional, each.is_early].append(each.call)
    Alert.objects.filter(call__in=by_now[False, False]).take_back()
    Alert.objects.filter(call__in=by_now[True, False]).correct()
    Alert.objects.filter(call__in=by_now[True, True]).correct_or_take_back()
