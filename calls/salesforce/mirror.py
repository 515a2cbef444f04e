"""The copy of cases in Salesforce: one sender for each org, up to 200 cases a call, answered by index."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import lru_cache

import structlog
from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Now

from calls.models import Case, CaseEntry, SalesforceOrg
from calls.models.bulk import save_rows
from calls.models.moments import in_seconds
from calls.nudges import nudge

from .client import IDS_PER_QUERY, RECORDS_PER_CALL, Login, Result, SalesforceClient, SalesforceError
from .fields import fields_of, key_of

log = structlog.get_logger()

TIMEOUTS_S = (3.0, 20.0)  # to connect, and to answer
CLAIM_S = 90  # longer than a sign-in and two calls may take
LONGEST_PAUSE_S = 300
SETTLED = ("mirror", "mirror_trouble", "mirror_tries", "mirror_at", "mirrored_version", "salesforce_id")


def orgs_due() -> set[int]:
    """Those with cases to send, or whose trouble should be over; not those that pause or are being sent to."""
    ready = Q(retry_at=None) | Q(retry_at__lte=Now())
    waiting = Exists(Case.objects.pending().filter(org=OuterRef("pk")))
    return set(SalesforceOrg.objects.filter(ready).filter(waiting | Q(tries__gt=0)).values_list("pk", flat=True))


def mirror_pending(org: SalesforceOrg) -> None:
    """Send what is due, batch after batch, unless somebody does already.

    Trouble on the way pauses the org; a refused case waits for a person. Nothing is lost either way: a case is
    pending until Salesforce has answered for the version of it that was sent.
    """
    claim = _claim(org)
    if not claim:
        return
    client = _client(org.login())
    try:
        while claim and (cases := _due(org)):
            _send(client, cases)
            claim = _claim(org, claim)
        while claim and _read_numbers(client, org):
            claim = _claim(org, claim)
    except SalesforceError as error:
        _pause(org, claim, error)
    else:
        if claim:
            _note_health(org, claim, client)


@lru_cache(maxsize=32)
def _client(login: Login) -> SalesforceClient:
    """One for all runs of a process: an org counts sign-ins, and refuses the 3,601st of an hour."""
    return SalesforceClient(login, TIMEOUTS_S)


# An org's `retry_at` is when it may be called next: after a pause, or after whoever calls it now must be dead. One at
# a time, because an older version of a case must not overtake a newer one, and Salesforce locks rows against itself.
CLAIM = """
UPDATE calls_salesforceorg SET retry_at = statement_timestamp() + %s * interval '1 second'
WHERE id = %s AND (retry_at IS NULL OR retry_at <= statement_timestamp() OR retry_at = %s) RETURNING retry_at
"""


def _claim(org: SalesforceOrg, held: datetime | None = None) -> datetime | None:
    """The right to call the org for the next CLAIM_S, or to go on; None while another has it."""
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, [CLAIM_S, org.pk, held])
        row = cursor.fetchone()
    return row[0] if row else None


def _due(org: SalesforceOrg) -> list[Case]:
    due = Case.objects.pending().filter(org=org).select_related("instance").order_by("mirror_at", "pk")
    return list(due[:RECORDS_PER_CALL])


def _send(client: SalesforceClient, cases: list[Case]) -> None:
    """Those whose id is known go by it: a case deleted in Salesforce must not come back by its key."""
    known = [case for case in cases if case.salesforce_id]
    new = [case for case in cases if not case.salesforce_id]
    _settle(known, client.update_cases([{"Id": case.salesforce_id, **fields_of(case)} for case in known]))
    _settle(new, client.upsert_cases([{**key_of(case), **fields_of(case)} for case in new]))


def _settle(sent: list[Case], results: list[Result]) -> None:
    """Note each answer with the case as it was sent: one that moved meanwhile is still pending, and due."""
    if not sent:
        return
    with transaction.atomic():
        held = _locked(case.pk for case in sent)
        entries = []
        for was, result in zip(sent, results, strict=True):
            case = held.get(was.pk)
            words = case and _note(case, was, result)
            if case and words:
                entries.append(CaseEntry(case=case, words=words[:400]))
        save_rows(held.values(), SETTLED)
        CaseEntry.objects.bulk_create(entries)
        transaction.on_commit(nudge)


def _locked(pks: Iterable[int]) -> dict[int, Case]:
    locked = Case.objects.filter(pk__in=list(pks)).order_by("pk").annotate(now=Now()).select_for_update()
    return {case.pk: case for case in locked}


def _note(case: Case, was: Case, result: Result) -> str | None:
    """Put the answer for a case as it `was` into the case as it is; the words for its time line."""
    words = None
    if result.id:
        # Not "if created": when the first answer was lost, the second one says "updated".
        words = None if case.salesforce_id else "created in Salesforce"
        case.salesforce_id, case.mirrored_version = result.id, max(was.version, case.mirrored_version)
    if case.version != was.version or case.mirror != Case.Mirror.PENDING:
        return words
    if result.id:
        case.mirror, case.mirror_trouble, case.mirror_tries = Case.Mirror.MIRRORED, "", 0
    elif result.error and result.error.permanent:
        case.mirror, case.mirror_trouble = Case.Mirror.REFUSED, _words(result.error)
        words = f"Salesforce refused it: {case.mirror_trouble}"
    elif result.error:
        now: datetime = case.now  # type: ignore[attr-defined]
        case.mirror_at = now + timedelta(seconds=_pause_s(case.mirror_tries))
        case.mirror_trouble, case.mirror_tries = _words(result.error), case.mirror_tries + 1
    return words


def _words(error: SalesforceError) -> str:
    return str(error)[:400]


def _pause_s(tries: int) -> float:
    return min(2.0 ** min(tries, 16), LONGEST_PAUSE_S)


def _pause(org: SalesforceOrg, claim: datetime | None, error: SalesforceError) -> None:
    log.warning("Salesforce", org=org.pk, code=error.code, permanent=error.permanent)
    pause_s = LONGEST_PAUSE_S if error.permanent else _pause_s(org.tries)
    SalesforceOrg.objects.filter(pk=org.pk, retry_at=claim).update(
        trouble=_words(error), tries=F("tries") + 1, retry_at=in_seconds(pause_s)
    )


def _note_health(org: SalesforceOrg, claim: datetime, client: SalesforceClient) -> None:
    used, total = client.limit_used or (org.limit_used, org.limit_total)
    SalesforceOrg.objects.filter(pk=org.pk, retry_at=claim).update(
        trouble="", tries=0, retry_at=None, limit_used=used, limit_total=total
    )


def _read_numbers(client: SalesforceClient, org: SalesforceOrg) -> bool:
    """Upserts answer ids only; the numbers that people know are read afterwards. Whether any was news."""
    unread = Case.objects.filter(org=org, mirror=Case.Mirror.MIRRORED, salesforce_number="").order_by("-pk")
    pks = dict(unread.exclude(salesforce_id="").values_list("salesforce_id", "pk")[:IDS_PER_QUERY])
    numbers = client.case_numbers(list(pks))
    if not numbers:
        return False
    with transaction.atomic():
        held = _locked(pks[salesforce_id] for salesforce_id in numbers)
        for case in held.values():
            case.salesforce_number = numbers.get(case.salesforce_id, "")
        save_rows(held.values(), ["salesforce_number"])
        transaction.on_commit(nudge)
    return True
