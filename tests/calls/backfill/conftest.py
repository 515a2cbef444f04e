from collections.abc import Iterator

import pytest

from tests.calls.backfill.bucket import Bucket
from tests.calls.world import world, world_apart

__all__ = ["world", "world_apart"]


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    with Bucket(page=2).open() as bucket:
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", bucket.url)
        yield bucket
