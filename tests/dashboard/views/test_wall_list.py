"""The wall's one list: what its address asks for, words that are looked for, flags, and the list as a file."""

import csv
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.db import connection
from django.test import AsyncClient, Client
from django.test.utils import CaptureQueriesContext

from calls.models import Call, Caller, Flag, Instance, Person, Team
from transcripts.models import Conversation, Segment

from .conftest import NUMBER, add_turns

SignIn = Callable[[str], Client]


@pytest.fixture
def make_call(instance: Instance) -> Callable[..., Call]:
    """A call of Billing in progress, `for_s` in its stage."""

    def make(name: str, stage: str = "talking", for_s: float = 10, mood: str = "", **fields: Any) -> Call:
        at = datetime.now(UTC) - timedelta(seconds=for_s)
        told = {"stage": stage, "stage_since": at, "stage_source": "contact-events", "first_heard_at": at}
        told |= {"queue_name": "Billing", "is_live": True, "last_heard_at": at, "root_contact_id": name}
        call = Call.objects.create(instance=instance, contact_id=name, **told | fields)
        Conversation.objects.create(call=call, mood=mood)
        call.refresh_from_db()
        return call

    return make


MakeCall = Callable[..., Call]


def shown(client: Client, query: str = "") -> list[str]:
    """The contact ids of the rows, in their order."""
    return re.findall(r'href="/calls/acme/([^/]+)/"\s+id="open-call-', client.get(f"/{query}").content.decode())


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("?queue=Sales", {"sold"}),
        ("?queue=Sales&queue=Billing&stage=hold", {"held"}),
        ("?stage=waiting&stage=hold", {"waits", "held"}),
        ("?agent=bob.hale", {"held"}),
        ("?mood=NEGATIVE", {"held"}),
        ("?mood=none", {"waits", "sold"}),
        ("?category=Refund&category=Upsell", {"sold"}),
        ("?flagged=1", {"waits"}),
        ("?stage=nonsense", set()),
        ("?nonsense=1&sort=nonsense&cols=nonsense", {"waits", "held", "sold"}),
    ],
)
def test_the_address_says_which_calls_are_listed(
    sign_in: SignIn, make_call: MakeCall, people: dict[str, Person], query: str, names: set[str]
) -> None:
    make_call("held", "hold", mood="NEGATIVE", agent_username="bob.hale")
    Flag.put_on(make_call("waits", "waiting"), by=people["alice"])
    sold = make_call("sold", queue_name="Sales")
    Conversation.objects.filter(call=sold).update(categories={"Upsell": {}})
    assert set(shown(sign_in("root"), query)) == names


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("?sort=since", ["old", "angry", "new"]),
        ("?sort=-since", ["new", "angry", "old"]),
        ("?sort=mood", ["angry", "old", "new"]),
        ("?sort=queue,-since", ["new", "angry", "old"]),
        ("?sort=agent,since", ["angry", "old", "new"]),
        ("?sort=caller", ["new", "old", "angry"]),
        ("?sort=flagged,since", ["new", "old", "angry"]),
        ("", ["angry", "old", "new"]),
    ],
)
def test_the_address_says_in_which_order(
    sign_in: SignIn, make_call: MakeCall, people: dict[str, Person], query: str, names: list[str]
) -> None:
    ana = Caller.objects.create(instance=Instance.objects.get(), key=NUMBER, name="Ana Torres")
    make_call("old", for_s=90, mood="NEUTRAL")
    make_call("angry", for_s=60, mood="NEGATIVE", agent_username="zoe")
    Flag.put_on(make_call("new", for_s=5, caller=ana, mood="POSITIVE"), by=people["alice"])
    assert shown(sign_in("alice"), query) == names


def test_the_page_carries_the_first_hundred_and_says_how_many_there_are(sign_in: SignIn, make_call: MakeCall) -> None:
    for at in range(130):
        make_call(f"call-{at:03}", for_s=1000 - at)
    client, statements = sign_in("alice"), []
    for query in ("", "?stage=talking"):
        with CaptureQueriesContext(connection) as asked:
            page = client.get(f"/{query}").content.decode()
        statements.append(len(asked))
    assert "130 of 130 calls" in page
    assert shown(client) == [f"call-{at:03}" for at in range(100)]
    assert 'aria-rowcount="131"' in page
    assert len(set(statements)) == 1


def test_no_filter_that_nothing_fits_looks_like_an_empty_floor(sign_in: SignIn, make_call: MakeCall) -> None:
    make_call("only")
    alice = sign_in("alice")
    assert 'data-state="rows"' in alice.get("/").content.decode()
    page = alice.get("/?queue=Nowhere").content.decode()
    assert 'data-state="no-fit"' in page
    assert "0 of 1 call<" in page
    Call.objects.update(is_live=False)
    assert 'data-state="none"' in alice.get("/").content.decode()


def test_a_row_tells_its_script_what_it_is_found_and_ordered_by(sign_in: SignIn, make_call: MakeCall) -> None:
    since = datetime.now(UTC) - timedelta(seconds=100)
    call = make_call("held", "hold", for_s=100, mood="NEGATIVE", agent_username="bob")
    Conversation.objects.filter(call=call).update(
        categories={"Refund": {}, "Repeat": {}}, trend=[[0, "a", 1], [1, "b", 0], [2, "c", -1], [3, "d", -1]]
    )
    page = sign_in("alice").get("/").content.decode()
    row = dict(re.findall(r'data-([\w-]+)="([^"]*)"', page.split(f'id="call-{call.pk}"')[1].split(">")[0]))
    assert row["categories"] == "Refund\x1fRepeat"
    told = {name: row[name] for name in ("state", "queue", "agent", "mood", "trend")}
    assert told == {"state": "hold", "queue": "Billing", "agent": "bob", "mood": "NEGATIVE", "trend": "falling"}
    urgent_in = datetime.fromisoformat(row["urgent-at"]) - since
    assert abs(urgent_in.total_seconds() - 300) < 10


def heard(client: Client, text: str) -> list[int]:
    answer = client.post("/wall/heard/", {"text": text})
    calls: list[int] = answer.json()["calls"]
    return sorted(calls)


def test_words_are_found_in_calls_in_progress_that_the_person_sees(
    sign_in: SignIn, live_call: Call, make_call: MakeCall
) -> None:
    sales, over = make_call("sales", queue_name="Sales"), make_call("over", is_live=False)
    for call in (sales, over):
        add_turns(call, 1)
    Segment.objects.update(content="It flew to 100% Lisbon, and my Refund is late")
    alice = sign_in("alice")
    assert heard(alice, "my refund") == [live_call.pk]
    assert heard(sign_in("carol"), "MY REFUND") == [sales.pk]
    assert heard(alice, "100% lis") == [live_call.pk]
    assert heard(alice, "100_ lis") == []
    Segment.objects.update(is_gone=True)
    assert heard(alice, "my refund") == []


@pytest.mark.parametrize("text", ["", "a", " a ", "a" * 201, "\x00"])
def test_words_too_short_or_too_long_are_not_looked_for(sign_in: SignIn, live_call: Call, text: str) -> None:
    Segment.objects.update(content="a" * 300)
    assert heard(sign_in("alice"), text) == []


def test_words_are_looked_for_with_the_forms_token_alone(people: dict[str, Person]) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(people["alice"])
    assert client.post("/wall/heard/", {"text": "refund"}).status_code == 403
    assert client.get("/wall/heard/?text=refund").status_code == 405


def test_a_flag_says_who_and_when_and_every_list_hears_of_it(sign_in: SignIn, make_call: MakeCall) -> None:
    call = make_call("watched")
    path = f"/flags/{call.pk}/"
    assert "Flagged." in sign_in("alice").post(path, {"is_flagged": "yes"}, follow=True).content.decode()
    second = sign_in("bob").post(path, {"is_flagged": "yes"}, follow=True).content.decode()
    assert "It was flagged already." in second
    assert re.search(r"⚑</b> Alice\s+<local-time", second)
    assert Flag.objects.get().by_id == Person.objects.get(username="alice").pk
    number = call.number
    call.refresh_from_db()
    assert call.number > number
    assert "The flag is off." in sign_in("bob").post(path, {"is_flagged": ""}, follow=True).content.decode()
    assert not Flag.objects.exists()
    assert sign_in("carol").post(path, {"is_flagged": "yes"}).status_code == 404


@async_to_sync
async def downloaded(person: Person, query: str = "", **fields: str) -> list[dict[str, str]]:
    client = AsyncClient()
    await client.aforce_login(person)
    response: Any = await client.post(f"/wall/csv/{query}", fields)
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert re.fullmatch(r'attachment; filename="calls-[\d-]+\.csv"', response.headers["Content-Disposition"])
    text = b"".join([part async for part in response.streaming_content]).decode()
    return list(csv.DictReader(text.removeprefix("\ufeff").splitlines()))


def test_the_file_holds_what_the_list_shows_in_its_order_and_columns(
    people: dict[str, Person], make_call: MakeCall
) -> None:
    Person.objects.update(time_zone="Europe/Madrid")
    alice = Person.objects.get(username="alice")
    ana = Caller.objects.create(instance=Instance.objects.get(), key=NUMBER, name="=Ana()", tier="gold")
    first = make_call("first", "hold", for_s=100, caller=ana, caller_address=NUMBER)
    second, foreign = make_call("second"), make_call("foreign", queue_name="Sales")
    Flag.put_on(first, by=alice)
    rows = downloaded(alice, "?cols=caller,since", ids=f"{second.pk},{first.pk},{foreign.pk},{first.pk},x")
    assert [row["contact_id"] for row in rows] == ["second", "first"]
    row = rows[1]
    assert list(row) == [
        "contact_id", "number", "customer", "tier", "in_stage_s", "in_stage_since", "flagged_by", "flagged_at",
    ]  # fmt: skip
    assert (row["number"], row["customer"], row["tier"]) == ("••• 0142", "'=Ana()", "gold")
    assert 100 <= int(row["in_stage_s"]) < 110
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+0[12]:00", row["in_stage_since"])
    assert row["flagged_by"] == "Alice"


def test_without_ids_the_file_holds_what_the_address_asks_for(people: dict[str, Person], make_call: MakeCall) -> None:
    call = make_call("angry", mood="NEGATIVE", last_heard_at=None)
    add_turns(call, 2)
    Segment.objects.filter(turn_id="turn-0001").update(content="+say it, again", end_ms=5000)
    make_call("calm")
    Team.objects.update(all_queues=True)
    (row,) = downloaded(people["alice"], "?mood=NEGATIVE")
    assert (row["mood"], row["last_words"], row["age_s"]) == ("negative", "'+say it, again", "")
