import json
import re
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from calls.intake import judge_again
from calls.models import Alert, Call, Caller, Case, Instance, Policy, Stream
from tests.calls.world import AGENT, ALICE, QUEUE, SAMPLES, Record, World, ago, answered, dropped, newer, sample

EXPECTED = json.loads((SAMPLES / "expected.json").read_bytes())
RESENT = [sample(f"ctr/02{name}.json") for name in (
    "a_transferred_out_delivery1", "b_transferred_out_delivery2_six_days_later",
    "c_transferred_out_delivery3_six_days_later",
)]  # fmt: skip


@pytest.mark.parametrize("path", EXPECTED)
def test_a_sample_has_its_outcome_and_row(world: World, path: str) -> None:
    record = sample(path)
    assert world.bring(record) == 0
    call = world.call(record["ContactId"])
    assert {"outcome": call.outcome, "row": call.outcome_row} == EXPECTED[path]
    assert call.record == record
    assert not call.is_live


def test_all_samples_in_one_batch_have_their_outcomes(world: World) -> None:
    records = {path: sample(path) for path in EXPECTED}
    assert world.bring(*records.values()) == 0
    found = {path: world.call(record["ContactId"]) for path, record in records.items()}
    told = {path: {"outcome": call.outcome, "row": call.outcome_row} for path, call in found.items()}
    assert told == EXPECTED


@pytest.mark.parametrize(
    ("name", "channel", "outcome", "queue", "agent", "began_at"),
    [
        ("04_chat_agent_disconnect_2025", "CHAT", "answered", "", "", "2025-01-14T00:14:41Z"),
        ("06_answered_contact_lens_veratrace_invented", "VOICE", "answered", "TechSupport", "marcus.johnson",
         "2026-04-09T15:00:00Z"),
        ("07_virtual_agent_resolved_chat_veratrace_invented", "CHAT", "self_served", "GeneralSupport", "",
         "2026-04-09T14:00:00Z"),
        ("08_virtual_agent_transferred_chat_veratrace_invented", "CHAT", "answered", "BillingQueue", "sarah.chen",
         "2026-04-09T14:05:00Z"),
    ],
)  # fmt: skip
def test_a_cut_down_record_leaves_its_facts(
    world: World, name: str, channel: str, outcome: str, queue: str, agent: str, began_at: str
) -> None:
    record = sample(f"ctr_partial/{name}.json")
    assert world.bring(record) == 0
    call = world.call(record["ContactId"])
    assert (call.channel, call.outcome, call.queue_name, call.agent_username) == (channel, outcome, queue, agent)
    assert call.began_at == datetime.fromisoformat(began_at)
    assert not call.is_live


def test_a_record_of_another_instance_is_a_dead_letter(world: World) -> None:
    assert world.bring(sample("ctr_partial/05_answered_veratrace_invented.json")) == 1
    assert world.stream.dead_letters.get().reason == "belongs to another instance"
    assert not Call.objects.exists()


def test_a_record_that_names_no_instance_is_of_the_streams(world: World) -> None:
    world.bring(dropped())
    assert world.call("c1").instance == world.instance


def test_records_back_to_back_in_one_are_all_brought_in(world: World) -> None:
    assert world.bring((SAMPLES / "ctr_synthetic/17_firehose_concatenated.txt").read_bytes()) == 0
    assert Call.objects.count() > 1


@pytest.mark.parametrize("order", [*permutations(range(3))])
def test_of_three_deliveries_the_newest_wins_in_any_order(world: World, order: tuple[int, ...]) -> None:
    for each in order:
        world.bring(RESENT[each])
    assert Call.objects.get().record == RESENT[2]


@pytest.mark.parametrize("order", [*permutations(range(3))])
def test_of_three_deliveries_in_one_batch_the_newest_wins(world: World, order: tuple[int, ...]) -> None:
    world.bring(*(RESENT[each] for each in order))
    assert Call.objects.get().record == RESENT[2]


def test_an_older_record_changes_nothing(world: World) -> None:
    first = dropped()
    world.bring(newer(first))
    number = world.call("c1").number
    world.bring(first)
    assert world.call("c1").record == newer(first)
    assert world.call("c1").number == number


def test_a_record_without_a_time_of_update_never_overwrites(world: World) -> None:
    first = dropped()
    world.bring(first)
    world.bring({**answered(), "LastUpdateTimestamp": None})
    assert world.call("c1").record == first


def test_a_record_without_a_time_of_update_is_overwritten_and_only_by_one_that_has_it(world: World) -> None:
    first = {**dropped(), "LastUpdateTimestamp": None}
    world.bring(first, {**answered(), "LastUpdateTimestamp": None})
    assert world.call("c1").record == first
    world.bring(answered())
    assert world.call("c1").outcome == "answered"


@pytest.mark.parametrize("in_one_batch", [True, False])
def test_of_two_records_of_the_same_second_the_later_arrival_wins(world: World, in_one_batch: bool) -> None:
    first = dropped()
    second = {**first, "Attributes": {"language": "es"}}
    batches = [[first, second]] if in_one_batch else [[first], [second]]
    for batch in batches:
        world.bring(*batch)
    assert world.call("c1").record == second


def test_what_is_not_modelled_stays_in_the_record(world: World) -> None:
    world.bring({**dropped(), "SomethingNew": {"deep": [1, 2.5, None]}})
    record = world.call("c1").record
    assert record is not None
    assert record["SomethingNew"] == {"deep": [1, 2.5, None]}


def test_an_unknown_channel_reason_and_method_are_kept_as_they_came(world: World) -> None:
    world.bring({**dropped(), "Channel": "HOLOGRAM", "InitiationMethod": "TELEPATHY", "DisconnectReason": "WENT_HOME"})
    call = world.call("c1")
    assert (call.channel, call.initiation_method, call.outcome) == ("HOLOGRAM", "TELEPATHY", "abandoned")


def test_the_facts_of_a_call_come_from_its_record(world: World) -> None:
    world.bring(answered(SystemEndpoint={"Type": "TELEPHONE_NUMBER", "Address": "+12025550100"}))
    call = world.call("c1")
    assert (call.queue_name, call.queue_arn) == (QUEUE["Name"], QUEUE["ARN"])
    assert (call.agent_username, call.agent_arn) == (AGENT["Username"], AGENT["ARN"])
    assert (call.caller_address, call.dialled_address) == (ALICE, "+12025550100")
    assert call.caller is not None
    assert call.caller.key == ALICE


def test_characters_that_cannot_be_stored_are_replaced_and_flagged(world: World) -> None:
    data = json.dumps({**dropped(), "Attributes": {"name": "A\x00li\ud800ce"}}).encode()
    assert world.bring(data) == 0
    record = world.call("c1").contact_record
    assert record is not None
    assert record.attributes["name"] == "A\ufffdli\ufffdce"
    assert record.is_repaired


# Legs: in any order the same end

FIRST = {**dropped("first"), "NextContactId": "second", "DisconnectReason": "CONTACT_FLOW_DISCONNECT"}
SECOND = {**dropped("second"), "InitialContactId": "first", "PreviousContactId": "first"}
TALK: Record = {
    **answered("first"),
    "NextContactId": "second",
    "TransferCompletedTimestamp": ago(seconds=70),
    "Agent": {**AGENT, "ConnectedToAgentTimestamp": ago(seconds=90), "AfterContactWorkStartTimestamp": ago(seconds=69)},
}
TRANSFER = {**SECOND, "InitiationMethod": "TRANSFER", "NextContactId": "third"}
THIRD = {
    **answered("third"),
    "InitialContactId": "first",
    "PreviousContactId": "second",
    "InitiationMethod": "TRANSFER",
}


def state() -> list[tuple[object, ...]]:
    facts = ("contact_id", "outcome", "outcome_row", "is_provisional", "case__state", "case__cause", "case__drops")
    return sorted(Call.objects.values_list(*facts), key=str)


@pytest.mark.parametrize("in_one_batch", [True, False])
@pytest.mark.parametrize(
    ("legs", "outcomes"),
    [
        ([FIRST, SECOND], {"first": "passed_on", "second": "abandoned"}),
        ([TALK, TRANSFER, THIRD], {"first": "passed_on", "second": "passed_on", "third": "answered"}),
    ],
    ids=["queue", "transfer"],
)
def test_legs_in_any_order_end_in_the_same_state(
    world: World, legs: list[Record], outcomes: dict[str, str], in_one_batch: bool
) -> None:
    ends = []
    for order in permutations(legs):
        for batch in [order] if in_one_batch else [(leg,) for leg in order]:
            world.bring(*batch)
        assert dict(Call.objects.values_list("contact_id", "outcome")) == outcomes
        ends.append(state())
        Alert.objects.all().delete()
        Case.objects.all().delete()
        Call.objects.all().delete()
    assert all(end == ends[0] for end in ends)


def test_a_leg_waits_for_the_next_one(world: World) -> None:
    world.bring(FIRST)
    call = world.call("first")
    assert (call.outcome, call.is_provisional, call.case) == ("passed_on", True, None)
    assert call.judge_at is not None
    assert call.judge_at > datetime.now(UTC)
    world.bring(SECOND)
    call = world.call("first")
    assert (call.outcome, call.is_provisional, call.judge_at) == ("passed_on", False, None)
    assert world.alerts() == ["second"]


def wait(contact_id: str, **time: float) -> None:
    """As if the call's record had come so long before."""
    before = datetime.now(UTC) - timedelta(**time)
    Call.objects.filter(contact_id=contact_id).update(record_arrived_at=before, judge_at=before)


def test_a_leg_whose_next_one_never_comes_is_a_promise_broken(world: World) -> None:
    world.bring(FIRST)
    judge_again()
    assert not Case.objects.exists()
    wait("first", seconds=901)
    judge_again()
    call = world.call("first")
    assert (call.outcome, call.is_provisional, call.judge_at) == ("passed_on", False, None)
    assert world.case() == call.case
    assert world.alerts() == ["first"]
    number = call.number
    judge_again()
    assert world.call("first").number == number


def test_a_broken_promise_that_is_kept_late_takes_its_case_back(world: World) -> None:
    world.bring(FIRST)
    wait("first", seconds=901)
    judge_again()
    world.bring({**SECOND, "Agent": answered()["Agent"]})
    assert world.case().disposition == Case.Disposition.WITHDRAWN


def test_records_that_waited_in_the_stream_break_no_promise(world: World) -> None:
    world.bring(FIRST, at=datetime.now(UTC) - timedelta(hours=1))
    assert world.call("first").is_provisional


def test_a_callback_fails_once_it_has_settled(world: World) -> None:
    world.bring(dropped("try", InitiationMethod="CALLBACK", InitialContactId="first"))
    assert world.call("try").outcome == "callback_attempt"
    wait("try", seconds=901)
    judge_again()
    assert world.call("try").is_provisional
    wait("try", minutes=31)
    judge_again()
    assert world.call("try").outcome == "callback_failed"
    assert world.alerts() == ["try"]


def test_an_instance_without_a_policy_is_judged_by_the_defaults(world: World) -> None:
    Policy.objects.all().delete()
    world.bring(dropped())
    assert world.call("c1").outcome == "abandoned"


# The fixed price of a batch


def statements(world: World, *records: Record, stream: Stream | None = None) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert world.bring(*records, stream=stream) == 0
    return len(queries)


@pytest.mark.parametrize("make", [dropped, answered], ids=["dropped", "answered"])
def test_a_batch_of_any_size_costs_the_same_number_of_statements(world: World, make: object) -> None:
    assert callable(make)
    world.bring(make("warm"))
    costs = {
        size: statements(world, *(make(f"{size}-{n}", f"+1203555{size + n:04}") for n in range(size)))
        for size in (1, 100, 1000)
    }
    assert len(set(costs.values())) == 1, costs


def test_records_that_join_and_withdraw_cases_cost_the_same_number_of_statements(world: World) -> None:
    costs = []
    for size in (1, 100):
        records = [dropped(f"{size}-{n}", f"+1203555{size + n:04}") for n in range(size)]
        world.bring(*records)
        again = [newer(answered(record["ContactId"], record["CustomerEndpoint"]["Address"])) for record in records]
        costs.append(statements(world, *again))
        assert Case.objects.filter(disposition="withdrawn").count() >= size
    assert costs[0] == costs[1]


def test_two_instances_share_no_caller_and_no_call(world: World) -> None:
    other = Instance.objects.create(alias="other", arn=world.instance.arn[:-1] + "2")
    stream = Stream.objects.create(instance=other, kind="contact-records", name="other")
    Policy.objects.create(instance=other)
    world.bring(dropped())
    world.bring(dropped(), stream=stream)
    assert (Call.objects.count(), Caller.objects.count(), Case.objects.count()) == (2, 2, 2)


FILL = """
INSERT INTO calls_call (instance_id, contact_id, root_contact_id, previous_contact_id, next_contact_id, channel,
    initiation_method, queue_arn, queue_name, agent_arn, agent_username, caller_address, dialled_address, outcome,
    outcome_fields, evidence, is_began_estimated, is_live, is_provisional, opens_case)
SELECT %s, 'old-' || n, 'old-' || n / 2, CASE n %% 2 WHEN 1 THEN 'old-' || n - 1 ELSE '' END,
    CASE n %% 2 WHEN 0 THEN 'old-' || n + 1 ELSE '' END, 'VOICE', '', '', '', '', '', '', '', '', '{}', '{}',
    false, false, false, false
FROM generate_series(1, 30000) n
"""


def plans(world: World, *records: Record) -> list[str]:
    """Of the statements that bring the records in, once they are in."""
    with CaptureQueriesContext(connection) as queries:
        world.bring(*records)
    told = [query["sql"] for query in queries if query["sql"].split()[0] in ("SELECT", "WITH", "UPDATE")]
    with connection.cursor() as cursor:
        found = []
        for statement in told:
            cursor.execute(f"EXPLAIN {statement}")
            found.append("\n".join(row[0] for row in cursor.fetchall()))
    return found


@pytest.mark.parametrize("is_analyzed", [True, False])
@pytest.mark.parametrize("size", [1, 500])
def test_no_batch_reads_the_whole_table_of_calls(world: World, size: int, is_analyzed: bool) -> None:
    with connection.cursor() as cursor:
        cursor.execute(FILL, [world.instance.pk])
        if is_analyzed:
            cursor.execute("ANALYZE calls_call")
    found = plans(world, *(dropped(f"c{n}", f"+1203555{n:04}", NextContactId=f"d{n}") for n in range(size)))
    assert any("Index Scan" in plan and "calls_call" in plan for plan in found)
    assert not [plan for plan in found if re.search(r"Seq Scan on calls_call\b", plan)]


def test_a_conversation_of_hundreds_of_legs_is_kept_and_judged_in_bounds(world: World) -> None:
    legs = [answered(f"c{n}", InitialContactId="c0", PreviousContactId=f"c{n - 1}" if n else None) for n in range(500)]
    assert world.bring(*legs) == 0
    assert max(len(call.evidence["legs"]) for call in Call.objects.all()) <= 1 + 1 + 20 + 2
    with CaptureQueriesContext(connection) as queries:
        world.bring(newer(legs[0]))
    [locked] = [query["sql"] for query in queries if query["sql"].lstrip().startswith("WITH family")]
    with connection.cursor() as cursor:
        cursor.execute(locked)
        assert len(cursor.fetchall()) <= 100 + 2
