import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from channels.layers import get_channel_layer
from django.db import OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext

from calls.connect.kinds import MAX_BYTES
from calls.intake import ContactRecords
from calls.models import Alert, Call, Case, DeadLetter, Instance
from calls.nudges import GROUP, nudge
from calls.streams.replay import replay
from calls.streams.writer import LeaseLost, NoPartition, write
from tests.calls.world import BOB, REFUSED, SAMPLES, World, dropped, refuse, sample

DEEP = b'{"a":' * 70 + b"1" + b"}" * 70
RUBBISH = [
    (b"not JSON", "not JSON"),
    (b"", "empty"),
    (b"  \n", "empty"),
    (b"[1, 2]", "not an object"),
    (b"\xff\xfe", "not UTF-8"),
    (b'{"ContactId": NaN}', "not JSON"),
    (b'{"hello": "world"}', "no known kind of record"),
    (DEEP, "too deep"),
    (b"[" * 10_000, "too deep"),
    (b" " * (MAX_BYTES + 1), "over 1 MiB"),
    (json.dumps({**dropped(), "AgentConnectionAttempts": "many"}).encode(), "Expected `int`"),
    (json.dumps({**dropped(), "DisconnectTimestamp": "yesterday"}).encode(), "Invalid"),
    (json.dumps({**dropped(), "ContactId": "x" * 257}).encode(), "length <= 256"),
    (json.dumps({**dropped(), "InstanceARN": "arn:aws:connect:eu-west-1:1:instance/x"}).encode(), "another instance"),
    (json.dumps({**dropped(), "Queue": {"Name": "q" * 257}}).encode(), "length <= 256"),
    (json.dumps({**dropped(), "Queue": {"ARN": "q" * 513}}).encode(), "length <= 512"),
    (json.dumps({**dropped(), "Agent": {"Username": "q" * 257}}).encode(), "length <= 256"),
    (json.dumps({**dropped(), "Channel": "q" * 33}).encode(), "length <= 32"),
    (json.dumps({**dropped(), "InitiationMethod": "q" * 65}).encode(), "length <= 64"),
]


@pytest.mark.parametrize(("data", "reason"), RUBBISH, ids=[reason for _, reason in RUBBISH])
def test_a_record_that_cannot_be_used_is_kept_whole_with_its_reason(world: World, data: bytes, reason: str) -> None:
    assert world.bring(data) == 1
    letter = DeadLetter.objects.get()
    assert bytes(letter.data) == data
    assert reason in letter.reason


def test_the_reason_never_quotes_the_record(world: World) -> None:
    world.bring({**dropped(), "AgentConnectionAttempts": BOB, "Queue": {"Name": BOB * 30}})
    world.bring({**dropped(), "CustomerEndpoint": BOB})
    assert DeadLetter.objects.count() == 2
    assert not DeadLetter.objects.filter(reason__contains=BOB[2:]).exists()


def test_rubbish_is_one_dead_letter_for_the_same_bytes_with_a_count(world: World) -> None:
    world.bring(b"rubbish", b"rubbish", b"other")
    world.bring(b"rubbish")
    assert dict(DeadLetter.objects.values_list("data", "count")) == {b"rubbish": 3, b"other": 1}


@pytest.mark.parametrize("place", [0, 3, 7])
@pytest.mark.parametrize("bad", [b"rubbish", {**dropped("bad"), **REFUSED}], ids=["decode", "write"])
def test_the_others_of_a_bad_records_batch_commit(world: World, bad: Any, place: int) -> None:
    refuse()
    batch: list[Any] = [dropped(f"c{n}", f"+1202555010{n}") for n in range(8)]
    batch.insert(place, bad)
    assert world.bring(*batch) == 1
    assert Case.objects.count() == len(world.alerts()) == 8
    assert not Call.objects.filter(contact_id="bad").exists()


def test_a_record_with_one_bad_object_is_a_dead_letter_as_a_whole(world: World) -> None:
    assert world.bring(json.dumps(dropped()).encode() + b'{"hello": "world"}') == 1
    assert not Call.objects.exists()


def test_a_replay_brings_a_record_in_after_its_reason_went(world: World) -> None:
    other = {**dropped(), "InstanceARN": world.instance.arn[:-1] + "9"}
    world.bring(other)
    letter = DeadLetter.objects.get()
    assert replay([letter]) == (0, 1)
    letter.refresh_from_db()
    assert (letter.count, letter.replayed_at) == (2, None)
    Instance.objects.update(arn=other["InstanceARN"])
    assert replay(DeadLetter.objects.all()) == (1, 0)
    letter.refresh_from_db()
    assert letter.replayed_at is not None
    assert world.call("c1").outcome == "abandoned"


def test_a_replayed_record_that_fails_anew_is_a_dead_letter_again(world: World) -> None:
    world.bring(b"rubbish")
    DeadLetter.objects.update(replayed_at=datetime.now(UTC))
    world.bring(b"rubbish")
    assert DeadLetter.objects.get().replayed_at is None


def test_a_deadlock_is_nobodys_bad_record(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def collide(*_: object) -> dict[int, int]:
        with connection.cursor() as cursor:
            cursor.execute("DO $$ BEGIN RAISE 'deadlock' USING ERRCODE = '40P01'; END $$")
        return {}

    monkeypatch.setattr(ContactRecords, "write", staticmethod(collide))
    with pytest.raises(OperationalError), transaction.atomic():
        world.bring(dropped(), b"rubbish")
    assert not DeadLetter.objects.exists()


def test_a_constraint_that_breaks_once_is_nobodys_bad_record(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """As when a person opens a case again in the moment in which a record opens a new one."""
    real, tries = ContactRecords.write, []

    def unlucky(*arguments: Any) -> dict[int, int]:
        tries.append(arguments)
        if len(tries) == 1:
            with connection.cursor() as cursor:
                cursor.execute("DO $$ BEGIN RAISE 'twice' USING ERRCODE = '23505'; END $$")
        return real(*arguments)

    monkeypatch.setattr(ContactRecords, "write", staticmethod(unlucky))
    assert world.bring(dropped()) == 0
    assert world.case().drops == 1


def refuse_late(contact_id: str, state: str) -> None:
    """The database finds fault with a call at the end of the transaction, as with a foreign key."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS"
            f" $$ BEGIN RAISE 'refused' USING ERRCODE = '{state}'; END $$"
        )
        cursor.execute(
            "CREATE CONSTRAINT TRIGGER late AFTER INSERT ON calls_call DEFERRABLE INITIALLY DEFERRED"
            f" FOR EACH ROW WHEN (NEW.contact_id = '{contact_id}') EXECUTE FUNCTION refuse()"
        )


def test_what_breaks_a_deferred_constraint_is_found_before_the_commit(world: World) -> None:
    refuse_late("c2", "23503")
    assert world.bring(*(dropped(f"c{n}", None) for n in range(4))) == 1
    assert DeadLetter.objects.get().reason == "refused by the database: SQLSTATE 23503"
    assert set(Call.objects.values_list("contact_id", flat=True)) == {"c0", "c1", "c3"}


def test_a_missing_partition_is_nobodys_bad_record(world: World) -> None:
    refuse_late("c2", "23514")
    with pytest.raises(NoPartition), transaction.atomic():
        world.bring(dropped("c1"), dropped("c2"), b"rubbish")
    assert not DeadLetter.objects.exists()


def test_a_refused_record_of_one_kind_buries_none_of_another(world: World) -> None:
    refuse()
    started = sample("contact_lens_voice/01_started.json")
    assert world.bring(started, {**dropped("bad"), **REFUSED}) == 1
    assert DeadLetter.objects.get().reason == "refused by the database: SQLSTATE 23514, nothing_refused"
    assert world.call(started["ContactId"]).is_live


def test_one_refused_record_is_found_in_few_statements(world: World) -> None:
    """Quartering, from 512 records down to one, tries four times for each quarter found, and the last one again."""
    refuse()
    bad = {**dropped("bad", None), **REFUSED}
    with CaptureQueriesContext(connection) as without:
        world.bring(*(dropped(f"a{n}", None) for n in range(512)))
    with CaptureQueriesContext(connection) as with_one:
        assert world.bring(*(dropped(f"b{n}", None) for n in range(511)), bad) == 1
    assert len(with_one) <= len(without) * (1 + 4 * 4 + 2 + 1)
    assert Call.objects.count() == 512 + 511


def test_an_undecodable_record_costs_nothing_but_its_own_letter(world: World) -> None:
    with CaptureQueriesContext(connection) as without:
        world.bring(*(dropped(f"a{n}", None) for n in range(20)))
    with CaptureQueriesContext(connection) as with_one:
        assert world.bring(*(dropped(f"b{n}", None) for n in range(20)), b"rubbish") == 1
    assert len(with_one) == len(without)  # the letter goes past Django's cursors


def test_without_its_fence_a_batch_writes_nothing(world: World) -> None:
    with pytest.raises(LeaseLost):
        write(
            world.stream, [(json.dumps(dropped()).encode(), datetime.now(UTC)), (b"", datetime.now(UTC))], lambda: False
        )
    assert not Call.objects.exists()
    assert not Case.objects.exists()
    assert not Alert.objects.exists()
    assert not DeadLetter.objects.exists()


def test_a_record_of_another_kind_goes_by_its_keys(world: World) -> None:
    started = sample("contact_lens_voice/01_started.json")
    assert world.bring(started, dropped()) == 0
    assert world.bring(dropped("c2", BOB), started, stream=world.lens) == 0
    assert world.call(started["ContactId"]).is_live
    assert Case.objects.count() == 2


def test_known_kinds_that_nobody_reads_are_counted_and_no_dead_letters(world: World) -> None:
    event = (SAMPLES / "contact_events/12_amazon_connect_cases_case_updated.json").read_bytes()
    assert world.bring(event) == 0
    assert world.bring(event) == 0
    world.stream.refresh_from_db()
    assert world.stream.unread_kinds == {"cases-events": 2}
    assert not Call.objects.exists()


def test_the_hint_of_a_batch_names_calls_and_numbers_and_nothing_else(
    world: World, django_capture_on_commit_callbacks: Any
) -> None:
    def bring() -> None:
        with django_capture_on_commit_callbacks(execute=True):
            world.bring(dropped())

    (heard,) = hints_after(bring)
    call = world.call("c1")
    assert heard == {"type": "nudge", "calls": [[call.pk, call.number]]}


def test_a_batch_of_a_thousand_calls_costs_two_messages(world: World, django_capture_on_commit_callbacks: Any) -> None:
    def bring() -> None:
        with django_capture_on_commit_callbacks(execute=True):
            world.bring(*(dropped(f"c{n}", caller=None) for n in range(1000)))

    heard = hints_after(bring)
    assert [len(hint["calls"]) for hint in heard] == [500, 500]
    assert dict(pair for hint in heard for pair in hint["calls"]) == dict(Call.objects.values_list("pk", "number"))


def hints_after(act: Callable[[], None]) -> list[dict[str, Any]]:
    """What the feeds hear of it, through Redis."""
    last: dict[str, Any] = {"type": "nudge", "calls": []}

    async def listen() -> list[dict[str, Any]]:
        layer = get_channel_layer()
        channel = await layer.new_channel()
        await layer.group_add(GROUP, channel)
        await sync_to_async(act)()
        nudge()
        heard: list[dict[str, Any]] = []
        async with asyncio.timeout(20):
            while (hint := await layer.receive(channel)) != last:
                heard.append(hint)
        await layer.group_discard(GROUP, channel)
        return heard

    return async_to_sync(listen)()
