"""After each way of restoring a database its epoch is another: what was read by transaction ids before it is void."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from calls.models.xid import EPOCH
from dashboard.embedded.account import account
from dashboard.embedded.postgres import Postgres
from dashboard.embedded.sockets import socket_folder
from tests.postgres import program

TABLE = "CREATE TABLE calls_call (id int)"  # as far as the epoch looks at it


@contextmanager
def server(var: Path) -> Iterator[Postgres]:
    """A cluster of its own in `var`, running."""
    var.mkdir(exist_ok=True)
    owner = account()
    owner.may_reach(var / "any")
    postgres = Postgres(var, socket_folder(var, owner), owner, is_durable=False)
    postgres.start()
    try:
        yield postgres
    finally:
        postgres.stop()


def ask(url: str, *statements: str) -> str:
    """The epoch once these have been run."""
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())
        [epoch] = connection.execute(EPOCH).fetchone() or [""]
        return str(epoch)


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:  # whose parents PostgreSQL's own account may pass
        yield Path(folder)


@pytest.fixture
def postgres(folder: Path) -> Iterator[Postgres]:
    with server(folder / "one") as postgres:
        ask(postgres.url, TABLE)
        yield postgres


@pytest.fixture
def dump(postgres: Postgres, folder: Path) -> str:
    file = str(folder / "dump")
    program("pg_dump", postgres.url, "--format=custom", f"--file={file}")
    return file


def test_the_epoch_stays_while_nothing_is_restored(postgres: Postgres) -> None:
    assert ask(postgres.url) == ask(
        postgres.url, "INSERT INTO calls_call VALUES (1)", "VACUUM calls_call", "CHECKPOINT"
    )


def test_a_dump_in_another_cluster_is_another_epoch(postgres: Postgres, dump: str, folder: Path) -> None:
    with server(folder / "two") as another:
        program("pg_restore", another.url, dump)
        assert ask(another.url) != ask(postgres.url)


def test_a_dump_in_a_new_database_is_another_epoch(postgres: Postgres, dump: str) -> None:
    before = ask(postgres.url)
    with psycopg.connect(postgres.url.replace("/ringback?", "/postgres?"), autocommit=True) as connection:
        connection.execute("DROP DATABASE ringback")
        connection.execute("CREATE DATABASE ringback")
    program("pg_restore", postgres.url, dump)
    assert ask(postgres.url) != before


def test_a_dump_over_the_tables_that_are_there_is_another_epoch(postgres: Postgres, dump: str) -> None:
    before = ask(postgres.url)
    program("pg_restore", postgres.url, "--clean", "--single-transaction", dump)
    assert ask(postgres.url) != before


def test_rows_restored_into_emptied_tables_are_another_epoch(postgres: Postgres, dump: str) -> None:
    before = ask(postgres.url)
    ask(postgres.url, "TRUNCATE calls_call")
    program("pg_restore", postgres.url, "--data-only", dump)
    assert ask(postgres.url) != before


def test_the_files_of_an_earlier_day_are_another_epoch(postgres: Postgres, folder: Path) -> None:
    """Its number, its timeline and the numbers of its transactions are those that it had."""
    before = ask(postgres.url)
    postgres.stop()
    backup = folder / "backup"
    shutil.copytree(postgres.data, backup, symlinks=True)
    postgres.start()
    ask(postgres.url, "INSERT INTO calls_call VALUES (1)")
    postgres.stop()
    shutil.rmtree(postgres.data)
    shutil.copytree(backup, postgres.data, symlinks=True)
    for path in (postgres.data, *postgres.data.rglob("*")):
        postgres.account.own(path, path.stat().st_mode & 0o777)
    postgres.start()
    assert ask(postgres.url) != before
