from collections.abc import Iterator

import psycopg
import pytest
from django.db import connection
from pytest_django import Settings

from calls.models import Shard
from calls.streams.frozen import end_frozen_sessions
from tests.calls.world import World


@pytest.fixture
def shard(world_apart: World) -> Shard:
    return Shard.objects.create(stream=world_apart.stream, shard_id="shardId-000000000000")


@pytest.fixture
def other(shard: Shard) -> Iterator[psycopg.Connection]:
    """A worker's session, in a transaction that has locked the shard's row."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    parameters = connection.get_connection_params() | {"cursor_factory": psycopg.Cursor}
    worker = psycopg.connect(**parameters)
    try:
        worker.execute("SELECT id FROM calls_shard FOR UPDATE")
        yield worker
    finally:
        worker.close()


def copy_and_freeze(worker: psycopg.Connection) -> None:
    with worker.cursor() as cursor, cursor.copy("COPY calls_sweep (name, ended_at) FROM STDIN") as copy:
        copy.write(b"half a ro")
        while not end_frozen_sessions():
            pass
        copy.write(b"w")


def test_a_session_that_is_frozen_within_a_copy_is_ended_and_its_locks_with_it(
    shard: Shard, other: psycopg.Connection, settings: Settings
) -> None:
    settings.IDLE_TRANSACTION_TIMEOUT_S = 0.1
    with pytest.raises(psycopg.OperationalError):
        copy_and_freeze(other)
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM calls_shard FOR UPDATE")  # it waits, but not for ever
        assert cursor.fetchone() == (shard.pk,)


def test_who_copies_and_has_not_been_silent_for_long_goes_on(
    shard: Shard, other: psycopg.Connection, settings: Settings
) -> None:
    settings.IDLE_TRANSACTION_TIMEOUT_S = 30
    with other.cursor() as cursor, cursor.copy("COPY calls_sweep (name, ended_at) FROM STDIN") as copy:
        copy.write_row(("shards", "2026-11-02 09:00:00+00"))
        assert end_frozen_sessions() == 0
    other.commit()


def test_a_batch_that_is_idle_in_its_transaction_is_left_to_postgresql(
    shard: Shard, other: psycopg.Connection, settings: Settings
) -> None:
    settings.IDLE_TRANSACTION_TIMEOUT_S = 0
    assert end_frozen_sessions() == 0
    other.rollback()
