"""Who is asked about next, and what becomes of the answers: one asks about an instance's callers at a time."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import structlog
from django.db.models import Case, Count, Exists, OuterRef, Q, Value, When
from django.db.models.functions import Now
from django.utils import timezone

from calls.aws import forget_clients
from calls.connect.api import AT_ONCE, ConnectError, connect_for, refusals
from calls.models import Call, Instance, Stage
from calls.models.call import IN_QUEUE
from calls.models.moments import in_seconds
from calls.streams.reader import stopping

from .bucket import pause, take
from .contact import Described, described
from .learning import learn

log = structlog.get_logger()

CLAIM_S = 15  # longer than a question takes with its time-outs
SLICE_S = 10  # a worker has other things to do
PATIENCE_S = 2  # a longer pause is left to the sweep
THROTTLED_S, FAILED_S, REFUSED_S = 2, 1, 300

_WAITING_FIRST = Case(When(stage__in=IN_QUEUE, then=Value(0)), When(stage=Stage.FLOW, then=Value(1)), default=2)


def describing_backlog(instance: Instance) -> int:
    """Calls in progress whose number is still to be asked for."""
    return Call.objects.unasked().filter(instance=instance).count() if instance.describe_contacts else 0


def describing_backlogs() -> dict[str, int]:
    """By alias, of the instances that are asked."""
    asked = Instance.objects.filter(describe_contacts=True)
    counts = dict(Call.objects.unasked().values_list("instance").annotate(Count("pk")))
    return {alias: counts.get(pk, 0) for pk, alias in asked.values_list("pk", "alias")}


def instances_to_describe() -> list[int]:
    """Those with calls to ask about whom nobody asks now, and which do not pause."""
    free = Q(describing_until=None) | Q(describing_until__lte=Now())
    ready = Q(describe_filled_at=None) | Q(describe_filled_at__lte=in_seconds(PATIENCE_S))
    waiting = Exists(Call.objects.unasked().filter(instance=OuterRef("pk")))
    return list(Instance.objects.filter(free, ready, waiting, describe_contacts=True).values_list("pk", flat=True))


def describe_contacts(instance_id: int) -> None:
    """Ask until nobody is left, unless somebody does already."""
    instance = Instance.objects.filter(pk=instance_id, describe_contacts=True).first()
    claim = instance and _claim(instance)
    ends_at = time.monotonic() + SLICE_S
    failed: set[int] = set()  # one that is never answered keeps nobody else waiting
    while instance and claim:
        rest_s = _ask_next(instance, failed)
        if rest_s is None or rest_s > PATIENCE_S or time.monotonic() > ends_at or stopping.wait(rest_s):
            _release(instance, claim)
            return
        claim = _claim(instance, claim)


def _ask_next(instance: Instance, failed: set[int]) -> float | None:
    """Seconds until more may be asked; None if nobody is left."""
    unasked = Call.objects.unasked().filter(instance=instance).exclude(pk__in=failed)
    calls = list(unasked.order_by("is_silent", _WAITING_FIRST, "pk")[:AT_ONCE])
    if not calls:
        return None
    taken = take(instance, len(calls))
    pause_s = _ask(instance, calls[: taken.granted], failed) if taken.granted else 0
    return max(taken.next_s, pause_s)


def _claim(instance: Instance, held: datetime | None = None) -> datetime | None:
    """The right to ask for the next CLAIM_S, or to go on; None while another has it."""
    free = Q(describing_until=None) | Q(describing_until__lte=Now()) | Q(describing_until=held)
    claimed = Instance.objects.filter(free, pk=instance.pk, describe_contacts=True)
    if not claimed.update(describing_until=in_seconds(CLAIM_S)):
        return None
    return Instance.objects.values_list("describing_until", flat=True).get(pk=instance.pk)


def _release(instance: Instance, claim: datetime) -> None:
    Instance.objects.filter(pk=instance.pk, describing_until=claim).update(describing_until=None)


def _ask(instance: Instance, calls: list[Call], failed: set[int]) -> float:
    """All at once. Who is not answered is added to `failed`; seconds to pause."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = dict(zip(calls, pool.map(lambda call: _answer(instance, call.contact_id), calls), strict=True))
    errors = {call.pk: answer for call, answer in answers.items() if isinstance(answer, ConnectError)}
    learn(instance, {call.pk: answer for call, answer in answers.items() if not isinstance(answer, ConnectError)})
    failed.update(pk for pk, error in errors.items() if not error.is_throttled)
    return _note(instance, list(errors.values()), is_answered=len(errors) < len(calls))


def _answer(instance: Instance, contact_id: str) -> Described | ConnectError | None:
    """None: Amazon Connect knows nothing of it, and will not."""
    try:
        with refusals():
            answer = connect_for(instance).describe_contact(InstanceId=instance.connect_id, ContactId=contact_id)
    except ConnectError as error:
        return None if error.is_unknown else error
    return described(instance, contact_id, answer["Contact"], timezone.now())


def _note(instance: Instance, errors: list[ConnectError], *, is_answered: bool) -> float:
    worst = max(errors, key=_pause_s, default=None)
    if worst is None or (is_answered and not worst.is_refused and not worst.is_throttled):
        _note_trouble(instance, "")
        return 0
    log.warning("DescribeContact", instance=instance.pk, code=worst.code)
    pause(instance, _pause_s(worst))
    if worst.is_refused:
        forget_clients(instance)  # the credentials may have been changed where they are found
    if not worst.is_throttled:
        _note_trouble(instance, f"DescribeContact: {worst.code}")
    return _pause_s(worst)


def _pause_s(error: ConnectError) -> float:
    return REFUSED_S if error.is_refused else THROTTLED_S if error.is_throttled else FAILED_S


def _note_trouble(instance: Instance, words: str) -> None:
    Instance.objects.filter(pk=instance.pk).exclude(describe_trouble=words).update(describe_trouble=words)
