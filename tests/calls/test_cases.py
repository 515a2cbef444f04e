from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection

from calls.models import Alert, Call, Case, Person
from tests.calls.world import ALICE, BOB, Record, World, answered, dropped, newer, now


def entries(case: Case) -> list[str]:
    return list(case.entries.order_by("pk").values_list("words", flat=True))


def test_a_dropped_call_opens_a_case_and_raises_an_alert(world: World) -> None:
    world.bring(dropped())
    case = world.case()
    assert (case.state, case.cause, case.drops, case.phone) == ("new", "abandoned", 1, ALICE)
    assert case.key == f"{world.instance.connect_id}:c1"
    assert world.call("c1").case == case
    assert world.alerts() == ["c1"]
    assert entries(case) == ["Abandoned: case opened"]


def test_an_answered_call_opens_no_case_and_raises_no_alert(world: World) -> None:
    world.bring(answered())
    assert not Case.objects.exists()
    assert not Alert.objects.exists()


def test_a_record_sent_again_does_not_open_a_second_case(world: World) -> None:
    record = dropped()
    for again in (record, record, newer(record), newer(newer(record))):
        world.bring(again)
    assert world.case().drops == 1
    assert world.alerts() == ["c1"]
    assert entries(world.case()) == ["Abandoned: case opened"]


def test_another_drop_joins_the_open_case_whatever_its_age(world: World) -> None:
    world.bring(dropped("c1", ended_s=120))
    Case.objects.update(opened_at=now() - timedelta(days=30))
    world.bring(dropped("c2"))
    case = world.case()
    assert (case.drops, case.last_drop_at) == (2, world.call("c2").ended_at)
    assert world.call("c2").case == case
    assert world.alerts() == ["c1", "c2"]


def test_two_drops_of_a_caller_in_one_batch_are_one_case(world: World) -> None:
    world.bring(dropped("c2", ended_s=60), dropped("c1", ended_s=120))
    assert (world.case().drops, world.case().key.rpartition(":")[2]) == (2, "c1")


def test_a_number_is_the_same_however_it_is_written(world: World) -> None:
    world.bring(dropped("c1", "+12025550142"), dropped("c2", "+1 (202) 555-0142"))
    assert world.case().drops == 2


def test_two_callers_have_two_cases(world: World) -> None:
    world.bring(dropped("c1", ALICE), dropped("c2", BOB))
    assert Case.objects.count() == 2


@pytest.mark.parametrize("caller", [None, "anonymous", "Restricted", "sip:alice@example.com", "+1", "not a number"])
def test_withheld_and_unparseable_numbers_are_never_merged(world: World, caller: str | None) -> None:
    world.bring(dropped("c1", caller), dropped("c2", caller))
    world.bring(dropped("c3", caller))
    assert Case.objects.count() == 3
    assert not Case.objects.exclude(caller=None).exists()


def test_a_chat_customer_is_known_by_id(world: World) -> None:
    world.bring(*(dropped(name, None, Channel="CHAT", CustomerId="customer-7") for name in ("c1", "c2")))
    world.bring(dropped("c3", None, Channel="CHAT", CustomerId="customer-8"))
    assert sorted(Case.objects.values_list("drops", flat=True)) == [1, 2]


def closed(case: Case, ago: timedelta) -> None:
    Case.objects.filter(pk=case.pk).update(state="closed", disposition="solved", closed_at=now() - ago)


def test_a_drop_within_the_window_opens_the_closed_case_again(world: World) -> None:
    world.bring(dropped("c1", ended_s=120))
    closed(world.case(), timedelta(hours=3, minutes=59))
    world.bring(dropped("c2"))
    case = world.case()
    assert (case.state, case.disposition, case.owner, case.closed_at, case.drops) == ("new", "", None, None, 2)
    assert entries(case)[-1] == "Abandoned: opened again"


def test_a_drop_after_the_window_opens_a_new_case(world: World) -> None:
    world.bring(dropped("c1", ended_s=120))
    closed(world.case(), timedelta(hours=4, minutes=1))
    world.bring(dropped("c2"))
    assert sorted(Case.objects.values_list("state", "drops")) == [("closed", 1), ("new", 1)]


def test_a_call_that_ended_too_long_ago_is_judged_and_opens_no_case(world: World) -> None:
    world.bring(dropped("old", ended_s=72 * 3600 + 60), dropped("young", BOB, ended_s=72 * 3600 - 60))
    assert world.call("old").outcome == "abandoned"
    assert world.call("old").case is None
    assert world.alerts() == ["young"]


def test_an_untouched_case_that_no_longer_holds_is_withdrawn_with_its_reason(world: World) -> None:
    world.bring(dropped())
    world.bring(newer(answered()))
    case = world.case()
    assert (case.state, case.disposition, case.drops) == ("closed", "withdrawn", 0)
    assert case.closed_at is not None
    assert entries(case)[-1] == "withdrawn: a newer record says Answered"
    assert world.call("c1").case == case


@pytest.mark.parametrize("touch", ["take", "close"])
def test_a_case_that_somebody_touched_is_only_told_what_the_record_now_says(world: World, touch: str) -> None:
    alice = Person.objects.create_user("alice")
    world.bring(dropped())
    assert world.case().take(alice) if touch == "take" else world.case().close(alice, "solved")
    before = world.case()
    for again in (newer(answered()), newer(newer(answered()))):
        world.bring(again)
    case = world.case()
    assert (case.state, case.disposition, case.owner) == (before.state, before.disposition, alice)
    assert entries(case)[-1] == "a newer record says Answered"
    assert entries(case).count("a newer record says Answered") == 1


def test_a_withdrawn_case_opens_again_when_the_record_says_dropped_again(world: World) -> None:
    record = dropped()
    world.bring(record)
    world.bring(newer(answered()))
    world.bring(newer(newer(newer(record))))
    case = world.case()
    assert (case.state, case.disposition, case.closed_at, case.drops) == ("new", "", None, 1)
    assert entries(case)[-1] == "Abandoned: opened again"
    assert world.alerts() == ["c1"]


def test_an_alert_goes_with_its_drop_and_comes_again_with_it(world: World) -> None:
    record = dropped()
    world.bring(record)
    assert Alert.objects.unseen().count() == 1
    world.bring(newer(answered()))
    assert Alert.objects.unseen().count() == 0
    world.bring(newer(newer(newer(record))))
    assert Alert.objects.unseen().count() == 1


def test_an_alert_that_somebody_saw_does_not_come_again(world: World) -> None:
    record = dropped()
    world.bring(record)
    assert Alert.objects.get().acknowledge(Person.objects.create_user("alice"))
    world.bring(newer(answered()))
    world.bring(newer(newer(newer(record))))
    assert Alert.objects.unseen().count() == 0


def test_a_withdrawn_case_opens_again_however_long_ago_it_was_withdrawn(world: World) -> None:
    record = dropped(caller=None)
    world.bring(record)
    world.bring(newer(answered(caller=None)))
    Case.objects.update(closed_at=now() - timedelta(days=2))
    world.bring(newer(newer(newer(record))))
    assert world.case().state == "new"


def test_a_call_dropped_again_joins_the_case_that_its_caller_has_open_by_then(world: World) -> None:
    record = dropped("c1", ended_s=120)
    world.bring(record)
    world.bring(newer(answered("c1", ended_s=120)))
    Case.objects.update(closed_at=now() - timedelta(hours=5))
    world.bring(dropped("c2"))
    world.bring(newer(newer(newer(record))))
    case = Case.objects.open().get()
    assert case.drops == 2
    assert world.call("c1").case == world.call("c2").case == case


def test_a_withdrawn_case_whose_number_changed_does_not_open_beside_its_callers_open_one(world: World) -> None:
    world.bring(dropped("c1", ended_s=120))
    world.bring(newer(answered("c1", ended_s=120)))
    Case.objects.update(closed_at=now() - timedelta(hours=5))
    world.bring(dropped("c2"))
    assert world.bring(newer(newer(newer(dropped("c1", BOB, ended_s=120))))) == 0
    assert Case.objects.open().get().drops == 2


def test_a_case_stays_while_one_of_its_calls_holds(world: World) -> None:
    world.bring(dropped("c1", ended_s=120), dropped("c2"))
    world.bring(newer(answered("c1", ended_s=120)))
    assert (world.case().state, world.case().drops) == ("new", 1)
    world.bring(newer(answered("c2")))
    assert (world.case().state, world.case().drops) == ("closed", 0)


def test_a_case_whose_calls_all_cease_to_hold_in_one_batch_is_withdrawn(world: World) -> None:
    world.bring(dropped("c1", ended_s=120), dropped("c2"))
    world.bring(newer(answered("c1", ended_s=120)), newer(answered("c2")))
    assert world.case().disposition == "withdrawn"


def test_a_case_has_the_cause_that_the_newest_record_tells(world: World) -> None:
    record = dropped()
    world.bring(record)
    world.bring(newer(record, AgentConnectionAttempts=2))
    assert (world.case().cause, world.case().drops) == ("missed_by_agent", 1)
    assert entries(world.case())[-1] == "a newer record says Missed by agent"


def test_a_change_of_rules_judges_from_now_on(world: World) -> None:
    world.bring(dropped("c1"))
    world.rules(preset="watch")
    world.bring(dropped("c2", BOB))
    assert world.case().state == "new"
    assert world.call("c2").outcome == "abandoned"
    assert world.alerts() == ["c1"]


def served(contact_id: str, caller: str | None = ALICE) -> Record:
    record = {**dropped(contact_id, caller), "Queue": None, "Attributes": {"botOutcome": "resolved"}}
    return {**record, "DisconnectReason": "CONTACT_FLOW_DISCONNECT"}


def goodbye(contact_id: str, caller: str | None = ALICE) -> Record:
    return {**served(contact_id, caller), "Attributes": {}}


@pytest.mark.parametrize(
    ("preset", "states"),
    [
        ("rescue", {"dropped": "new"}),
        ("agent-or-bot", {"dropped": "new", "goodbye": "new"}),
        ("every-interaction", {"dropped": "new", "goodbye": "new", "answered": "taken", "served": "closed"}),
        ("watch", {}),
    ],
)
def test_a_preset_says_what_opens_a_case_and_in_which_state(world: World, preset: str, states: dict[str, str]) -> None:
    world.rules(preset=preset)
    makers: list[Callable[..., Record]] = [dropped, goodbye, answered, served]
    world.bring(*(make(make.__name__, f"+120255501{n:02}") for n, make in enumerate(makers, 40)))
    assert dict(Call.objects.exclude(case=None).values_list("contact_id", "case__state")) == states


def test_a_served_call_does_not_open_a_closed_case_again(world: World) -> None:
    world.rules(preset="every-interaction")
    world.bring(served("c1"))
    world.bring(served("c2"))
    assert list(Case.objects.values_list("state", flat=True)) == ["closed", "closed"]


def test_an_override_wins_over_the_preset(world: World) -> None:
    world.rules(overrides={"abandoned": False, "answered": True})
    world.bring(dropped("c1"), answered("c2", BOB))
    assert world.case() == world.call("c2").case


def in_threads(work: list[Callable[[], object]]) -> None:
    def run(each: Callable[[], object]) -> None:
        try:
            each()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(work)) as pool:
        for done in [pool.submit(run, each) for each in work]:
            done.result()


def test_twenty_writers_at_once_open_one_case(world_apart: World) -> None:
    world = world_apart
    in_threads([lambda n=n: world.bring(dropped(f"c{n}")) for n in range(20)])  # type: ignore[misc]
    assert world.case().drops == 20
    assert len(world.alerts()) == 20
    assert Call.objects.filter(case=world.case()).count() == 20
    assert not world.stream.dead_letters.exists()


def test_the_same_record_at_once_from_many_connections_counts_once(world_apart: World) -> None:
    record = dropped()
    in_threads([lambda: world_apart.bring(record)] * 10)
    assert world_apart.case().drops == 1
    assert world_apart.alerts() == ["c1"]


def test_legs_that_come_at_once_on_two_connections_are_judged_together(world_apart: World) -> None:
    first = {**answered("first"), "DisconnectReason": "TELECOM_PROBLEM", "NextContactId": "second"}
    second = {**answered("second", ended_s=5), "InitialContactId": "first", "PreviousContactId": "first"}
    for n in range(10):
        legs = [
            {**leg, **{key: f"{n}-{leg[key]}" for key in ("ContactId", "InitialContactId", "PreviousContactId",
             "NextContactId") if leg.get(key)}}
            for leg in (first, second)
        ]  # fmt: skip
        in_threads([lambda leg=leg: world_apart.bring(leg) for leg in legs])  # type: ignore[misc]
    assert not Call.objects.filter(outcome="line_lost").exists()
    assert not Case.objects.open().exists()


def test_a_person_and_the_stream_at_once_leave_one_open_case(world_apart: World) -> None:
    world = world_apart
    alice = Person.objects.create_user("alice")
    world.bring(dropped("c0"))
    old = world.case()
    closed(old, timedelta(days=1))
    in_threads([lambda: old.reopen(alice), *[lambda n=n: world.bring(dropped(f"c{n}")) for n in range(1, 6)]])
    assert Case.objects.open().count() == 1
    assert Call.objects.filter(case=None).count() == 0
    assert not world.stream.dead_letters.exists()
