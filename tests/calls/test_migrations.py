"""An upgrade that is taken back, and made again, loses nothing that was there before it."""

from collections.abc import Iterator

import pytest
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor

from calls.models import Alert, Queue

from .world import World, dropped

BEFORE = [("calls", "0009_describing_until")]


def migrate(targets: list[tuple[str, str]]) -> None:
    MigrationExecutor(connection).migrate(targets)


def newest() -> list[tuple[str, str]]:
    return list(MigrationExecutor(connection).loader.graph.leaf_nodes())


@pytest.fixture
def forth_again(world_apart: World) -> Iterator[None]:
    yield
    migrate(newest())


def uniques() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT conname FROM pg_constraint WHERE conrelid = 'calls_alert'::regclass AND contype = 'u'")
        return sorted(name for (name,) in cursor.fetchall())


def alerts() -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT call_id, kind, at, acknowledged_at IS NOT NULL FROM calls_alert ORDER BY id")
        return list(cursor.fetchall())


def test_the_live_room_can_be_taken_back_and_made_again_and_dropped_calls_keep_their_alerts(
    world_apart: World, forth_again: None
) -> None:
    world_apart.bring(dropped("c1"), dropped("c2"))
    Alert.objects.filter(call__contact_id="c2").take_back()
    assert [(each.acknowledged_at, each.is_unseen) for each in Alert.objects.order_by("pk")] == [
        (None, True),
        (None, False),
    ]
    queue = Queue.objects.get()
    Alert.objects.create(queue=queue, kind=Alert.Kind.THRESHOLD, cause="1")
    for category in ("Fraud", "Abuse"):
        Alert.objects.create(call=world_apart.call("c1"), kind=Alert.Kind.CATEGORY, cause=category)
    migrate(BEFORE)
    assert ([seen_to for *_, seen_to in alerts()], uniques()) == ([False, True], ["one_alert_of_a_kind_per_call"])
    before = alerts()
    migrate(newest())
    assert alerts() == [(call, kind, at, False) for call, kind, at, _ in before]
    assert [each.is_unseen for each in Alert.objects.order_by("pk")] == [True, False]
    assert uniques() == ["one_alert_per_cause_of_call", "one_alert_per_cause_of_queue"]


# What the writers of batches change. A migration that waits for one of them while it holds another may wait for a
# writer that waits for it.
BUSY = {"calls_call", "calls_caller", "calls_queue", "calls_alert", "calls_case", "transcripts_conversation"}
HELD = """
SELECT DISTINCT relname FROM pg_locks JOIN pg_class ON pg_class.oid = relation
WHERE pid = pg_backend_pid() AND mode IN ('ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')
"""
IN_THE_WRITERS_ORDER = {"0015_alerts_of_queues": {"calls_queue", "calls_alert"}}


def test_each_migration_to_the_live_room_holds_one_busy_table_at_a_time(world_apart: World, forth_again: None) -> None:
    migrate(BEFORE)
    plan = MigrationExecutor(connection).migration_plan(newest())
    assert len(plan) > 10
    for migration, _ in plan:
        if not migration.atomic:
            migrate([(migration.app_label, migration.name)])
            continue
        with transaction.atomic(), connection.cursor() as cursor:
            migrate([(migration.app_label, migration.name)])
            cursor.execute(HELD)
            held = {name for (name,) in cursor.fetchall()} & BUSY
        assert len(held) < 2 or held == IN_THE_WRITERS_ORDER.get(migration.name), migration


def test_a_unique_index_that_was_given_up_half_way_is_made_again(world_apart: World, forth_again: None) -> None:
    migrate([("calls", "0016_alerts_seen_to")])
    with connection.cursor() as cursor:
        cursor.execute("CREATE UNIQUE INDEX one_alert_per_cause_of_call ON calls_alert (call_id, kind, cause)")
        cursor.execute("CREATE INDEX alert_newest ON calls_alert (at DESC)")
        cursor.execute("ALTER TABLE calls_alert ADD CONSTRAINT one_alert_per_cause_of_queue UNIQUE (queue_id, cause)")
    migrate(newest())
    assert uniques() == ["one_alert_per_cause_of_call", "one_alert_per_cause_of_queue"]
