"""Transcripts as files: sent while they are read, to whoever may see the call."""

from collections.abc import Callable
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.test import AsyncClient, Client

from calls.models import Call, Person
from transcripts.models import Segment

from .conftest import add_turns


@async_to_sync
async def downloaded(person: Person, path: str) -> tuple[Any, str]:
    client = AsyncClient()
    await client.aforce_login(person)
    response: Any = await client.get(path)
    parts = [part async for part in response.streaming_content] if response.streaming else [response.content]
    return response, b"".join(parts).decode()


@pytest.mark.parametrize(
    ("form", "media_type", "begins"),
    [("txt", "text/plain", "Call "), ("csv", "text/csv", "\ufeffkind,"), ("vtt", "text/vtt", "WEBVTT")],
)
def test_a_transcript_comes_as_a_file(
    people: dict[str, Person], live_call: Call, form: str, media_type: str, begins: str
) -> None:
    response, text = downloaded(people["alice"], f"/turns/{live_call.pk}/transcript.{form}")
    assert response.headers["Content-Type"] == f"{media_type}; charset=utf-8"
    assert response.headers["Content-Disposition"] == f'attachment; filename="call-{live_call.pk}.{form}"'
    assert text.startswith(begins)
    assert "my card is [card number]" in text


def test_a_long_transcript_is_sent_in_parts(people: dict[str, Person], live_call: Call) -> None:
    Segment.objects.all().delete()
    add_turns(live_call, 5000)
    _, text = downloaded(people["alice"], f"/turns/{live_call.pk}/transcript.txt")
    assert text.count("words") == 5000


@pytest.mark.parametrize(("person", "status"), [("carol", 404), ("charlie", 403), ("nobody", 302)])
def test_who_may_not_see_the_call_gets_no_file(
    sign_in: Callable[[str], Client], live_call: Call, person: str, status: int
) -> None:
    assert sign_in(person).get(f"/turns/{live_call.pk}/transcript.txt").status_code == status


def test_there_are_no_other_forms(sign_in: Callable[[str], Client], live_call: Call) -> None:
    assert sign_in("alice").get(f"/turns/{live_call.pk}/transcript.doc").status_code == 404
