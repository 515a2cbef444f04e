"""Where calls are now, counted by hand."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from calls.models import Call, Instance, Person, Queue, Shard
from calls.models.call import Stage
from dashboard.figures.agent_state import Doing
from dashboard.figures.figure import Figure
from dashboard.figures.looker import Looker
from dashboard.figures.present import present
from dashboard.figures.wall import WallFigures, wall_figures
from dashboard.templatetags.freshness import heard_ago

from .floor import ARN, EVERYTHING, Floor, ago, contact


def wall(person: Person) -> WallFigures:
    return wall_figures(Looker.of_person(person))


def figures(person: Person) -> dict[str, Figure]:
    return {figure.name: figure for figure in wall(person).figures}


def test_each_call_is_counted_in_its_stage(floor: Floor, root: Person) -> None:
    for stage in ("flow", "waiting", "waiting", "ringing", "talking", "talking", "talking", "hold"):
        floor.live(stage)
    floor.live("wrap-up", is_live=False)
    floor.answered(5)
    shown = figures(root)
    counted = {name: shown[name].value for name in ("progress", "flow", "waiting", "ringing", "with-agent", "hold")}
    assert counted == {"progress": 8, "flow": 1, "waiting": 2, "ringing": 1, "with-agent": 4, "hold": 1}


def test_the_longest_wait_is_that_of_a_caller_though_it_rings_and_of_no_callback(floor: Floor, root: Person) -> None:
    floor.live("waiting", 30)
    rings = floor.live("ringing", 10, enqueued_at=ago(90))
    floor.live("waiting", 500, initiation_method="CALLBACK")
    floor.live("talking", 700)
    shown = figures(root)
    assert shown["longest"].since == rings.enqueued_at
    assert (shown["waiting"].value, shown["waiting"].note) == (1, "and 1 callback")


@pytest.mark.parametrize("method", ["OUTBOUND", "EXTERNAL_OUTBOUND", "API"])
def test_nobody_waits_while_a_call_of_ours_rings_at_the_customer(floor: Floor, root: Person, method: str) -> None:
    floor.live("ringing", 90, initiation_method=method)
    floor.live("waiting", 80, initiation_method=method)
    chats = floor.live("waiting", 20, initiation_method="API", channel="CHAT")
    shown = figures(root)
    assert (shown["waiting"].value, shown["longest"].since, shown["progress"].value) == (1, chats.enqueued_at, 3)
    (queue,) = wall(root).queues
    assert queue.waiting
    assert (queue.waiting.callers, queue.waiting.since) == (1, chats.enqueued_at)


def test_a_queue_has_its_own_tile_the_longest_wait_first(floor: Floor, root: Person) -> None:
    floor.queue("Sales")
    floor.queue("Idle")
    floor.live("waiting", 20, queue_arn=f"{ARN}/queue/billing")
    floor.live("waiting", 90, queue_arn=f"{ARN}/queue/new", queue_name="")  # its name is not known yet
    floor.live("talking", 50, queue_name="Sales", queue_arn=f"{ARN}/queue/sales")
    floor.live("waiting", 900, queue_arn=f"{ARN}/queue/agent/bob", queue_name="")  # an agent's own
    floor.live("flow")
    tiles = wall(root).queues
    assert [(tile.name, tile.waiting and tile.waiting.callers, tile.with_agent) for tile in tiles] == [
        ("new", 1, 0), ("Billing", 1, 0), ("Sales", 0, 1), ("Idle", 0, 0),
    ]  # fmt: skip


def test_one_queue_is_one_tile_though_some_of_its_calls_have_no_name_yet(floor: Floor) -> None:
    for name in ("", "Billing"):
        floor.live("waiting", queue_arn=f"{ARN}/queue/billing", queue_name=name)
    (queue,) = present(EVERYTHING).queues.values()
    assert (queue.name, queue.waiting.callers) == ("Billing", 2)


def asked(*queues: Queue, seconds: float = 12, **figures: int) -> None:
    Queue.objects.filter(pk__in=[queue.pk for queue in queues]).update(figures_at=ago(seconds), **figures)


@pytest.fixture
def asking(db: None) -> Floor:
    """No events are streamed; each queue's figures are asked for."""
    floor = Floor.open("contact-records")
    Instance.objects.update(current_metrics=True)
    return floor


def test_where_no_events_are_streamed_the_queues_are_counted_as_amazon_told(asking: Floor, root: Person) -> None:
    asked(asking.queue("Billing"), waiting=3, oldest_s=100, agents_free=0, callbacks=2)
    asked(asking.queue("Sales"), waiting=0, agents_free=4, callbacks=0)
    shown = wall(root)
    by_name = {figure.name: figure for figure in shown.figures}
    assert by_name["waiting"].value == 3
    assert by_name["waiting"].note == "and 2 callbacks"
    assert by_name["waiting"].source == "by GetCurrentMetricData"
    told_at = by_name["waiting"].heard_at
    assert told_at is not None
    assert abs((ago(12) - told_at).total_seconds()) < 2
    waited = by_name["longest"].since
    assert waited is not None
    assert abs((ago(112) - waited).total_seconds()) < 2
    assert [(tile.name, tile.agents_free) for tile in shown.queues] == [("Billing", 0), ("Sales", 4)]


def test_what_amazon_told_long_ago_says_so(asking: Floor, root: Person) -> None:
    asked(asking.queue("Billing"), waiting=3, oldest_s=100, seconds=50)
    shown = wall(root)
    old = {figure.name for figure in shown.figures if "data-old" in heard_ago(figure.heard_at, "figures")}
    assert old == {"waiting", "longest"}
    assert "old: 5" in heard_ago(shown.queues[0].heard_at, "figures")


def test_a_queue_that_amazon_has_not_told_of_yet_shows_no_zero(asking: Floor, root: Person) -> None:
    asking.queue("Billing")
    shown = wall(root)
    assert shown.queues[0].waiting is None
    assert {figure.name: figure.needs for figure in shown.figures}["waiting"] == "needs a contact-events stream"


def test_events_know_better_than_what_is_asked(asking: Floor, root: Person) -> None:
    asking.streams("contact-events")
    asked(asking.queue("Billing"), waiting=30, oldest_s=1000)
    asking.live("waiting", 10, queue_arn=f"{ARN}/queue/billing")
    assert figures(root)["waiting"].value == 1


def test_a_caller_of_whom_both_agent_events_and_amazon_tell_counts_once(asking: Floor, root: Person) -> None:
    asking.streams("agent-events")
    asked(asking.queue("Billing"), waiting=1, oldest_s=100, callbacks=1)
    for fields in ({}, {"initiation_method": "CALLBACK"}):
        asking.live("waiting", 500, queue_arn=f"{ARN}/queue/billing", stage_source="agent-events", **fields)
    shown = figures(root)
    assert (shown["waiting"].value, shown["waiting"].note) == (1, "and 1 callback")
    waited = shown["longest"].since
    assert waited is not None
    assert abs((ago(112) - waited).total_seconds()) < 2


@pytest.mark.parametrize(
    ("kinds", "missing"),
    [
        ((), {"progress", "flow", "waiting", "longest", "ringing", "with-agent", "hold", "agents", "service-level",
              "abandon-rate", "dropped", "won-back"}),
        (("contact-records",), {"progress", "flow", "waiting", "longest", "ringing", "with-agent", "hold", "agents"}),
        (("contact-records", "contact-lens"), {"flow", "waiting", "longest", "ringing", "hold", "agents"}),
        (("contact-records", "contact-events"), {"ringing", "hold", "agents"}),
        (("contact-records", "contact-lens", "contact-events", "agent-events"), set()),
    ],
)  # fmt: skip
def test_what_no_stream_can_know_names_the_stream(root: Person, kinds: tuple[str, ...], missing: set[str]) -> None:
    Floor.open(*kinds)
    shown = figures(root)
    assert {name for name, figure in shown.items() if figure.needs} == missing
    assert all(figure.source for figure in shown.values() if not figure.needs)


def test_an_instance_of_which_nobody_tells_is_named(floor: Floor, root: Person) -> None:
    other = Instance.objects.create(alias="beta", arn=ARN.replace("aaaaaaaa", "bbbbbbbb"))
    assert figures(root)["flow"].source == "by contact events; not told of beta"
    Instance.objects.filter(pk=other.pk).delete()
    assert figures(root)["flow"].source == "by contact events"


def test_from_records_alone_the_day_is_known_up_to_the_newest_of_them(root: Person) -> None:
    floor = Floor.open("contact-records")
    newest = ago(300)
    stream = floor.instance.streams.get()
    Shard.objects.create(stream=stream, shard_id="0", newest_at=newest)
    Shard.objects.create(stream=stream, shard_id="1", newest_at=ago(900))
    shown = figures(root)
    assert (shown["service-level"].up_to, shown["abandon-rate"].up_to) == (newest, newest)
    floor.streams("contact-events")
    assert figures(root)["service-level"].up_to is None


def test_agents_are_counted_by_what_they_do(floor: Floor, root: Person) -> None:
    floor.agent("available")
    floor.agent("talks", contacts=[contact("CONNECTED")])
    floor.agent("rings", contacts=[contact("CONNECTING")])
    floor.agent("wraps up", contacts=[contact("ENDED")])
    floor.agent("at lunch", status="Lunch", status_type="CUSTOM")
    floor.agent("lost", is_missing=True, heard_at=ago(400))
    floor.agent("at home", is_signed_in=False)
    shown = wall(root)
    agents = {figure.name: figure for figure in shown.figures}["agents"]
    assert (agents.value, agents.note) == (1, "2 busy, 1 after-call work, 1 away, 1 missing")
    legend = [Doing.MISSING, Doing.RINGING, Doing.AFTER_CALL, Doing.TALKING, Doing.AVAILABLE, Doing.AWAY]
    assert shown.legend == [(doing, 1) for doing in legend]


def test_all_stages_in_progress_are_in_one_of_the_figures(floor: Floor, root: Person) -> None:
    for stage in Stage.values:
        floor.live(stage)
    Call.objects.filter(stage__in=("wrap-up", "passed-on", "ended")).update(is_live=False)
    shown = figures(root)
    parts = [shown[name].value for name in ("flow", "waiting", "ringing", "with-agent")]
    assert parts == [1, 1, 1, 2]
    assert shown["progress"].value == 5


def test_it_costs_the_same_for_few_calls_and_agents_as_for_many(floor: Floor, root: Person) -> None:
    costs = set()
    for number in (1, 20):
        for at in range(number):
            floor.live("waiting", queue_arn=f"{ARN}/queue/{at}")
            floor.agent(f"agent {number}.{at}", contacts=[contact("CONNECTED")])
            floor.left("passed_on", 5)
        costs.add(_statements(root))
    assert len(costs) == 1


def _statements(person: Person) -> int:
    with CaptureQueriesContext(connection) as asked:
        figures(person)
    return len(asked)
