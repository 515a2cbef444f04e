import os
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.db import connection
from mypy_boto3_kinesis import KinesisClient

from calls.models import Case, Shard, Stream
from calls.streams.listing import list_shards
from tests.calls.streams.reading import known, put, read_slice
from tests.calls.world import World
from tests.postgres import program


@pytest.fixture
def shard(world_apart: World, kinesis: KinesisClient) -> Shard:
    Stream.objects.update(poll_ms=1)
    list_shards(kinesis, world_apart.stream)
    return Shard.objects.get()


def test_after_a_restore_a_stream_is_read_again_from_the_older_checkpoint_and_nothing_is_doubled(
    shard: Shard, kinesis: KinesisClient, tmp_path: Path
) -> None:
    name = connection.settings_dict["NAME"]
    url, dump = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl(), str(tmp_path / "dump")
    put(kinesis, "c1", "c2")
    assert read_slice(shard.pk, "me")
    before = Shard.objects.get().checkpoint
    program("pg_dump", url, "--format=custom", f"--file={dump}")
    put(kinesis, "c3")
    assert read_slice(shard.pk, "me")
    assert (known(), Case.objects.get().drops) == (["c1", "c2", "c3"], 3)
    connection.close()
    program("psql", url, "--command", "DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    program("pg_restore", url, "--single-transaction", dump)
    assert (known(), Case.objects.get().drops, Shard.objects.get().checkpoint) == (["c1", "c2"], 2, before)
    assert read_slice(shard.pk, "me")
    assert (known(), Case.objects.get().drops) == (["c1", "c2", "c3"], 3)
    assert Shard.objects.get().records == 3
