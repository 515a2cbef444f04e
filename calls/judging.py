"""Calls judged by their records and their legs, and what follows from it: callers, cases, alerts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec
from django.utils import timezone

from calls.callers import caller_key, lock_callers
from calls.models import Alert, Call, Instance, Policy
from calls.models.bulk import add_rows
from calls.outcomes import OUTCOMES, Evidence, Judgement, Leg, Legs, Rules, judge
from calls.rescue import Verdict, follow_up


def judge_calls(instance: Instance, family: dict[str, Call], news: Iterable[Call]) -> list[Call]:
    """Judge these calls and those linked to them; the calls that changed, not saved. Their rows are locked."""
    news = list(news)
    if not news:
        return []
    policy = Policy.objects.filter(instance=instance).first() or Policy(instance=instance)
    now = timezone.now()
    rules = policy.rules()
    changed = {call.pk: call for call in news}
    verdicts: list[Verdict] = []
    roots = {call.root_contact_id for call in news}
    legs = _legs_by_root(call for call in family.values() if call.root_contact_id in roots)
    for call in family.values():
        if call.record is not None and call.root_contact_id in roots:
            verdict = _judge(call, legs[call.root_contact_id].around(call.contact_id), rules, now)
            is_news = _note(call, verdict, rules)
            if is_news or call.pk in changed:
                changed[call.pk] = call
                verdicts.append(Verdict(call, verdict, is_news))
    _follow_up(instance, policy, verdicts, now)
    return list(changed.values())


def _legs_by_root(calls: Iterable[Call]) -> dict[str, Legs]:
    legs: defaultdict[str, list[Leg]] = defaultdict(list)
    for call in calls:
        if call.contact_record:
            legs[call.root_contact_id].append(Leg.of(call.contact_record))
    return {root: Legs(root, found) for root, found in legs.items()}


def _judge(call: Call, legs: tuple[Leg, ...], rules: Rules, now: datetime) -> Judgement:
    record = call.contact_record
    assert record  # noqa: S101 - only calls with a record are judged
    waited = now - (call.record_arrived_at or now)
    evidence = Evidence(
        legs=legs,
        leg_wait_over=waited >= timedelta(seconds=rules.leg_wait_s),
        callback_settled=waited >= timedelta(minutes=rules.callback_settle_min),
    )
    call.evidence = msgspec.to_builtins(evidence)
    return judge(record, evidence, rules)


def _note(call: Call, verdict: Judgement, rules: Rules) -> bool:
    """Keep the verdict with the call; whether it says something else than before."""
    before = (call.outcome, call.outcome_row, call.is_provisional, call.opens_case)
    call.outcome, call.outcome_row, call.is_provisional = verdict.outcome, verdict.row, verdict.is_provisional
    call.outcome_fields = msgspec.to_builtins(verdict.fields)
    call.judge_at = _look_again_at(call, verdict, rules)
    return before != (call.outcome, call.outcome_row, call.is_provisional, verdict.opens_case)


def _look_again_at(call: Call, verdict: Judgement, rules: Rules) -> datetime | None:
    if not verdict.is_provisional or call.record_arrived_at is None:
        return None
    is_callback = verdict.outcome == "callback_attempt"
    wait = timedelta(minutes=rules.callback_settle_min) if is_callback else timedelta(seconds=rules.leg_wait_s)
    return call.record_arrived_at + wait


def _follow_up(instance: Instance, policy: Policy, verdicts: list[Verdict], now: datetime) -> None:
    keys = {each.call: caller_key(each.call.contact_record) for each in verdicts if each.call.contact_record}
    callers = lock_callers(instance, (key for key in keys.values() if key))
    for call, key in keys.items():
        call.caller = callers[key] if key else None
    oldest = now - timedelta(hours=policy.case_max_age_h)
    young = [each for each in verdicts if each.call.case_id or (each.call.ended_at or now) >= oldest]
    follow_up(instance, policy, young, now)
    _alert(young)
    _take_back_alerts([each.call for each in verdicts if each.call.opens_case and not each.judgement.opens_case])
    for each in verdicts:
        each.call.opens_case = each.judgement.opens_case


def _alert(verdicts: Iterable[Verdict]) -> None:
    """Once for each dropped call. One that was taken back and holds again is shown again, unless somebody saw it."""
    dropped = [each.call for each in verdicts if each.judgement.opens_case and _is_alarming(each.judgement)]
    add_rows(Alert(call=call) for call in dropped)
    Alert.objects.filter(call__in=dropped, acknowledged_by=None, acknowledged_at__isnull=False).update(
        acknowledged_at=None
    )


def _is_alarming(verdict: Judgement) -> bool:
    return OUTCOMES[verdict.outcome].is_drop or verdict.is_broken_promise


def _take_back_alerts(calls: list[Call]) -> None:
    """Of calls whose newer record says that they were not dropped."""
    Alert.objects.unseen().filter(call__in=calls).update(acknowledged_at=timezone.now())
