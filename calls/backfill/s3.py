"""Objects below a prefix of a bucket, read as they stream in; a connection that breaks is taken up where it broke."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from calls.aws import session_for
from calls.models import Instance
from calls.models.backfill import LOCATION

from .files import CHUNK, File, records_of
from .source import Found, Position, Remark, SourceError

CONFIG = Config(connect_timeout=5, read_timeout=20, retries={"total_max_attempts": 4, "mode": "standard"})
TRIES = 3


class S3:
    def __init__(self, instance: Instance, location: str) -> None:
        found = LOCATION.fullmatch(location)
        if not found:
            raise SourceError(f"{location} is no place on S3.")
        self.instance = instance
        self.bucket, self.prefix = found["bucket"], found["prefix"] or ""

    @cached_property
    def client(self) -> Any:
        return session_for(self.instance).client("s3", config=CONFIG)

    def total(self, beat: Callable[[], None]) -> int:
        size = 0
        for each in self._listed(None):
            beat()
            size += each["Size"]
        if not size:
            raise SourceError(f"Nothing is at s3://{self.bucket}/{self.prefix}.")
        return size

    def records(self, after: Position, beat: Callable[[], None]) -> Iterator[Found | Remark]:
        return records_of((self._file(each) for each in self._listed(after.get("name"))), after, beat)

    def _listed(self, first: str | None) -> Iterator[dict[str, Any]]:
        """In the order of their keys, this one included."""
        request = {"Bucket": self.bucket, "Prefix": self.prefix}
        if first and first[:-1]:
            # S3 begins behind a key: the one before it in its order cannot be named, so its own name is cut.
            request["StartAfter"] = first[:-1]
        pages = iter(self.client.get_paginator("list_objects_v2").paginate(**request))
        while True:
            with _told(f"s3://{self.bucket}/{self.prefix}"):
                page = next(pages, None)
            if page is None:
                return
            for each in page.get("Contents", []):
                if each["Size"] and (first is None or each["Key"].encode() >= first.encode()):
                    yield each

    def _file(self, each: dict[str, Any]) -> File:
        key, version = each["Key"], each["ETag"]
        return File(key, version, each["Size"], each["LastModified"], lambda at: self._chunks(each, at))

    def _chunks(self, each: dict[str, Any], at: int) -> Iterator[bytes]:
        failed = 0
        while at < each["Size"]:
            try:
                for chunk in self._body(each, at).iter_chunks(CHUNK):
                    at += len(chunk)
                    failed = 0
                    yield chunk
            except BotoCoreError as error:
                failed += 1
                if failed == TRIES:
                    raise SourceError(f"S3 broke off {each['Key']}: {type(error).__name__}.") from None

    def _body(self, each: dict[str, Any], at: int) -> Any:
        with _told(each["Key"]):
            # Another version would be read from the middle of something else.
            answer = self.client.get_object(
                Bucket=self.bucket, Key=each["Key"], IfMatch=each["ETag"], Range=f"bytes={at}-"
            )
        return answer["Body"]


@contextmanager
def _told(what: str) -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        raise SourceError(f"S3 refuses {what}: {code}.") from None
    except BotoCoreError as error:
        raise SourceError(f"S3 does not answer: {type(error).__name__}.") from None
