"""Alerts on their way to the channels of teams: owed, claimed, sent, and tried again.

A channel is sent all that waits for it in one message. After a failure it is left alone for a while, and what comes
meanwhile waits with the rest. Nothing is sent twice but what a worker sent and could not note before it died.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from calls.models import AlertChannel, AlertDelivery
from calls.models.moments import in_seconds

from .errors import UndeliveredError
from .message import message_of
from .owing import TRIED_FOR_S, owe_deliveries, wanted_by
from .public_only import public_only
from .sending import send
from .webhook import Connect

CLAIM_S = 180  # longer than a message takes
FIRST_PAUSE_S, LONGEST_PAUSE_S = 5, 600
MOST_DOUBLINGS = 10
SEEN_TO = "Somebody had seen to it, or it is not the team's any more"

State = AlertDelivery.State
_BUSY = Q(tries__gt=0, due_at__gt=Now())  # is being sent, or has failed a moment ago


def find_deliveries(deliver: Callable[[int], object]) -> None:
    """Calls `deliver` with each channel for which something is due."""
    owe_deliveries()
    waiting = AlertDelivery.objects.filter(state=State.WAITING)
    waiting.filter(alert__at__lt=in_seconds(-TRIED_FOR_S)).update(state=State.GIVEN_UP)
    is_left_alone = Exists(waiting.filter(_BUSY, channel=OuterRef("channel")))
    due = waiting.filter(~is_left_alone, due_at__lte=Now(), channel__is_on=True)
    for channel_id in due.order_by("channel_id").values_list("channel_id", flat=True).distinct():
        deliver(channel_id)


def deliver_alerts(channel_id: int, connect: Connect = public_only) -> None:
    claimed = _claimed(channel_id)
    wanted = _still_wanted(channel_id, claimed)
    _of(claimed.keys() - wanted).update(state=State.GIVEN_UP, trouble=SEEN_TO)
    if not wanted:
        return  # or another worker was first
    try:
        channel = AlertChannel.objects.select_related("team").get(pk=channel_id)
        trouble = send(channel, message_of(channel, [claimed[pk].alert_id for pk in wanted]), connect)
    except (UndeliveredError, ImproperlyConfigured) as error:  # of a secret whose key is gone
        trouble = str(error)
        _of(wanted).update(due_at=in_seconds(_pause_s(claimed.values())), trouble=trouble)
    else:
        _of(wanted).update(state=State.SENT, sent_at=Now(), trouble="")
    AlertChannel.objects.filter(pk=channel_id).update(trouble=trouble)


@transaction.atomic
def _claimed(channel_id: int) -> dict[int, AlertDelivery]:
    """All that is due. Whoever holds the channel's row claims: two workers would send two messages."""
    held = AlertChannel.objects.filter(pk=channel_id, is_on=True).select_for_update(skip_locked=True)
    waiting = AlertDelivery.objects.filter(channel=channel_id, state=State.WAITING)
    if not held.values_list("pk") or waiting.filter(_BUSY).exists():
        return {}
    claimed = waiting.filter(due_at__lte=Now()).in_bulk()
    _of(claimed).update(due_at=in_seconds(CLAIM_S), tries=F("tries") + 1)
    return claimed


def _still_wanted(channel_id: int, claimed: dict[int, AlertDelivery]) -> set[int]:
    if not claimed:
        return set()
    channel = AlertChannel.objects.select_related("team").shut().get(pk=channel_id)
    return set(_of(claimed).filter(alert__in=wanted_by(channel)).values_list("pk", flat=True))


def _pause_s(deliveries: Collection[AlertDelivery]) -> int:
    tries = max(each.tries for each in deliveries)
    return min(LONGEST_PAUSE_S, FIRST_PAUSE_S << min(MOST_DOUBLINGS, tries))


def _of(pks: Collection[int]) -> QuerySet[AlertDelivery]:
    return AlertDelivery.objects.filter(pk__in=list(pks))
