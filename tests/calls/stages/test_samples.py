"""Every sample of both kinds through the whole writer."""

import json
from pathlib import Path

import pytest

from calls.models import Agent, Call, DeadLetter, Instance, Queue
from tests.calls.stages.test_writing import stage
from tests.calls.world import SAMPLES, World

OTHERS = ("07_disconnected_abandoned_minimal", "12_amazon_connect_cases_case_updated")
CONTACT_EVENTS = [path for path in sorted(SAMPLES.glob("contact_events/*.json")) if path.stem not in OTHERS]
AGENT_EVENTS = sorted(SAMPLES.glob("agent_events/*.json"))


def bring(world: World, path: Path) -> None:
    """Of whatever instance it is."""
    record = json.loads(path.read_bytes())
    detail = {name.lower(): value for name, value in (record.get("detail") or record).items()}
    Instance.objects.update(arn=detail["instancearn"])
    world.stream.instance.refresh_from_db()
    assert world.bring(record) == 0


@pytest.mark.parametrize("path", CONTACT_EVENTS, ids=lambda path: path.stem)
def test_a_sample_of_a_contact_event_is_a_call_somewhere(world: World, path: Path) -> None:
    bring(world, path)
    call = Call.objects.get()
    expected = {
        "01_connected_to_agent": ("talking", True),
        "02_disconnected_outbound": ("ended", False),
        "03_contact_data_updated_epoch_sentinel": ("waiting", True),
        "04_connected_to_agent_pascal_case_routing_criteria": ("talking", True),
        "05_connected_to_agent_named_agent_criteria": ("talking", True),
        "06_routing_step_expired": ("waiting", True),
        "08_initiated_inbound": ("flow", True),
        "09_queued": ("waiting", True),
        "10_disconnected_in_queue": ("ended", False),
        "11_completed_after_acw": ("ended", False),
    }
    assert (call.stage, call.is_live) == expected[path.stem]


def test_one_call_in_three_samples_ends_whatever_comes_first(world: World) -> None:
    paths = [path for path in CONTACT_EVENTS if path.stem[:2] in ("08", "09", "10")]
    for path in reversed(paths):
        bring(world, path)
    call = Call.objects.get()
    assert stage(call)[0] == "ended"
    assert call.outcome == "abandoned"
    assert call.dialled_address == "+11234567890"


def test_an_event_of_no_contact_is_a_dead_letter_and_one_of_amazons_cases_is_counted(world: World) -> None:
    world.bring(*((SAMPLES / f"contact_events/{name}.json").read_bytes() for name in OTHERS))
    world.stream.refresh_from_db()
    assert world.stream.unread_kinds == {"cases-events": 1}
    assert DeadLetter.objects.get().reason.startswith("Expected")
    assert not Call.objects.exists()


@pytest.mark.parametrize("path", AGENT_EVENTS, ids=lambda path: path.stem)
def test_a_sample_of_an_agent_event_is_an_agent_with_queues_and_calls(world: World, path: Path) -> None:
    bring(world, path)
    agent = Agent.objects.get()
    assert agent.username
    assert agent.is_signed_in == (path.stem != "05_login")
    assert not Queue.objects.filter(name="").exists()
    stages = list(Call.objects.values_list("stage", "stage_source"))
    assert (
        stages
        == {
            "01_heart_beat": [],
            "02_state_change_connected_to_ended_acw_starts": [("wrap-up", "agent-events")],
            "03_state_change_acw_finished_contact_gone": [("ended", "agent-events")],
            "04_state_change_contact_error": [("waiting", "agent-events")],
            "05_login": [],
        }[path.stem]
    )


def test_what_belongs_to_another_instance_is_a_dead_letter(world: World) -> None:
    foreign = [CONTACT_EVENTS[0].read_bytes(), AGENT_EVENTS[0].read_bytes()]
    assert world.bring(*foreign) == 2
    assert set(DeadLetter.objects.values_list("reason", flat=True)) == {"belongs to another instance"}
