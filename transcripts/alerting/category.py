from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime

from django.db import connection
from django.db.models import Q

from calls.alerting.cause import Cause, Trial
from calls.alerting.reach import calls_of
from calls.models import Alert, AlertRule, Call

SEVERITIES = list(Alert.Severity.values)

# Those of a rule that is silenced, or of a team that may not see the call, are found again each time.
UNTOLD = """
SELECT r.id, c.id, matched.name
FROM calls_alertrule r
JOIN calls_call c ON c.instance_id = r.instance_id AND c.is_live
JOIN transcripts_conversation v ON v.call_id = c.id AND v.categories <> '{}'
CROSS JOIN LATERAL jsonb_object_keys(v.categories) matched(name)
WHERE r.id = ANY(%s) AND r.category IN ('', matched.name) AND (%s OR c.id = ANY(%s)) AND NOT EXISTS (
    SELECT FROM calls_alert a
    WHERE a.call_id = c.id AND a.kind = r.kind AND a.cause = left(r.id || ' ' || matched.name, 300))
"""


class Category:
    def causes(self, rules: Iterable[AlertRule], calls: Collection[int] | None) -> list[Cause]:
        rules = list(rules)
        by_pk = {rule.pk: rule for rule in rules}
        with connection.cursor() as cursor:
            on = [rule.pk for rule in rules if rule.is_on]
            cursor.execute(UNTOLD, [on, calls is None, list(calls or ())])
            untold = [(by_pk[rule], call, name) for rule, call, name in cursor.fetchall()]
        return [matching(rule, call, name) for rule, call, name in untold if rule in chosen(rules, rule, name)]

    def trial(self, rule: AlertRule, since: datetime) -> Trial:
        others = AlertRule.objects.filter(instance=rule.instance_id, kind=rule.kind).exclude(pk=rule.pk)
        rules = [*others, rule]
        lately = Q(ended_at__gte=since) | Q(is_live=True)
        heard = Call.objects.filter(lately, calls_of(rule)).exclude(conversation__categories={}).order_by("pk")
        matched = heard.filter(conversation__categories__isnull=False).values_list("pk", "conversation__categories")
        return Trial([pk for pk, names in matched for name in names if rule in chosen(rules, rule, name)])


def matching(rule: AlertRule, call_id: int, category: str) -> Cause:
    return Cause(rule, {"category": category}, call_id=call_id, fulfilled_by=category)


def chosen(rules: Iterable[AlertRule], beside: AlertRule, category: str) -> list[AlertRule]:
    """Which of the rules beside this one, of the same instance and team, tells of the category: one, or none.

    One that names it goes before those for any; if it is off, the category is silenced. Of equals the gravest tells.
    """
    place = (beside.instance_id, beside.team_id)
    here = [rule for rule in rules if (rule.instance_id, rule.team_id) == place]
    if naming := [rule for rule in here if rule.category == category]:
        return _gravest(naming) if all(rule.is_on for rule in naming) else []
    return _gravest([rule for rule in here if rule.is_on and not rule.category])


def _gravest(rules: list[AlertRule]) -> list[AlertRule]:
    return sorted(rules, key=lambda rule: (-SEVERITIES.index(rule.severity), rule.pk or 0))[:1]


def newly_matched(rules: Iterable[AlertRule], matched: dict[int, set[str]]) -> list[Cause]:
    """Of categories by call."""
    beside: defaultdict[tuple[int, int | None], list[AlertRule]] = defaultdict(list)
    for rule in rules:
        beside[rule.instance_id, rule.team_id].append(rule)
    return [
        matching(rule, call, name)
        for call, names in matched.items()
        for name in sorted(names)
        for group in beside.values()
        for rule in chosen(group, group[0], name)
    ]
