"""An upgrade that is taken back, and made again, loses nothing that was there before it."""

from collections.abc import Iterator

import pytest
from django.db import connection
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
