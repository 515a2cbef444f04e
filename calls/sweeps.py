"""What finds what waits, for whoever acts on it: the tasks of the workers, or the standby without a broker.

Sweeps hold no state, and may run twice, at once, or late: who may act is decided by the database.
"""

from __future__ import annotations

from collections.abc import Callable

from botocore.exceptions import BotoCoreError, ClientError
from django.db.models import Q
from django.db.models.functions import Now

from calls.alerting.looking import look
from calls.alerting.queues import NOW, RATES
from calls.alerting.rules import all_rules
from calls.alerting.thresholds import watch_queues
from calls.current_metrics import instances_to_measure
from calls.describing.asking import instances_to_describe
from calls.intake import judge_again
from calls.models import Alert, DeadLetter, SalesforceOrg, Shard, Stream, Sweep
from calls.models.moments import in_seconds
from calls.notifying.delivering import find_deliveries
from calls.notifying.owing import TRIED_FOR_S, owe_deliveries
from calls.nudges import nudge
from calls.salesforce.mirror import mirror_pending, orgs_due
from calls.silence import end_silent_calls, mark_silent_calls
from calls.stages.absence import mark_missing_agents
from calls.stages.names import fill_names
from calls.streams.frozen import end_frozen_sessions
from calls.streams.kinesis import kinesis_for
from calls.streams.listing import list_shards
from calls.streams.replay import replay_asked

LIST_EVERY_S = 30
RETRY_S = 5
UNLISTED = "Kinesis does not list the shards"


def sweep_shards(ask_for_a_turn: Callable[[int], bool]) -> None:
    end_frozen_sessions()
    _find_unattended(ask_for_a_turn)
    # After the readers: a Kinesis that does not answer keeps nobody waiting.
    due = Q(listed_at__isnull=True) | Q(listed_at__lt=in_seconds(-LIST_EVERY_S))
    for stream in Stream.objects.filter(due, is_stopped=False).select_related("instance"):
        if Stream.objects.filter(due, pk=stream.pk).update(listed_at=Now()):
            _list(stream)
            _find_unattended(ask_for_a_turn)
    Sweep.note("shards")


def _find_unattended(ask_for_a_turn: Callable[[int], bool]) -> None:
    """Until the first refusal: a broker that hangs for one message hangs for all."""
    for shard in Shard.objects.unattended().most_urgent_first():
        if shard.claim_for_queue() and not ask_for_a_turn(shard.pk):
            return


def _list(stream: Stream) -> None:
    try:
        list_shards(kinesis_for(stream.instance), stream)
    except ClientError as error:
        trouble = f"{UNLISTED}: {error.response.get('Error', {}).get('Code', '')}"
    except BotoCoreError as error:
        trouble = f"{UNLISTED}: {type(error).__name__}"
    else:
        Stream.objects.filter(pk=stream.pk, trouble__startswith=UNLISTED).update(trouble="")
        return
    again = in_seconds(RETRY_S - LIST_EVERY_S)
    Stream.objects.filter(pk=stream.pk).update(trouble=trouble, listed_at=again)


def sweep_mirror(mirror: Callable[[int], object]) -> None:
    for org_id in orgs_due():
        mirror(org_id)
    Sweep.note("mirror")


def mirror_cases(org_id: int) -> None:
    mirror_pending(SalesforceOrg.objects.get(pk=org_id))


def sweep_calls() -> None:
    mark_silent_calls()
    end_silent_calls()
    mark_missing_agents()
    fill_names()
    judge_again()
    if Alert.objects.let_corrections_go():
        nudge()
    Sweep.note("calls")


def sweep_connect(ask_figures: Callable[[int], object], describe: Callable[[int], object]) -> None:
    for instance_id in instances_to_measure():
        ask_figures(instance_id)
    for instance_id in instances_to_describe():
        describe(instance_id)


def sweep_alerts() -> None:
    """What clocks, and figures of now, say to the rules; and whoever sleeps is woken."""
    rules = all_rules()
    if sum((Alert.objects.wake(), look(rules), watch_queues(rules, NOW))):
        nudge()
    Sweep.note("alerts")


def sweep_rates() -> None:
    if watch_queues(all_rules(), RATES):
        nudge()


def sweep_deliveries(deliver: Callable[[int], object]) -> None:
    find_deliveries(deliver)
    Sweep.note("deliveries")


def sweep_owed() -> None:
    """What became a channel's since it was new: the channel was changed, or the alert woken, or nobody looked."""
    owe_deliveries(TRIED_FOR_S)


def sweep_dead_letters() -> None:
    DeadLetter.objects.all().expire()
    replay_asked()
