from typing import Any

import pytest

from calls.models import Agent, Person, Team
from calls.scope import Scope
from dashboard.figures.agent_grid import agents_in_order, groups, whole_agents
from dashboard.figures.agent_state import Doing, state_of

from .floor import Floor, ago, contact


@pytest.mark.parametrize(
    ("fields", "doing"),
    [
        pytest.param({}, Doing.AVAILABLE, id="available"),
        pytest.param(
            {"status": "Chat only", "status_type": "ROUTABLE"}, Doing.AVAILABLE, id="a routable state by name"
        ),
        pytest.param({"status": "Available", "status_type": ""}, Doing.AVAILABLE, id="an older event without types"),
        pytest.param({"status": "Lunch", "status_type": "CUSTOM"}, Doing.AWAY, id="a break"),
        pytest.param({"status": "Lunch", "status_type": ""}, Doing.AWAY, id="a break in an older event"),
        pytest.param({"contacts": [contact("CONNECTED")]}, Doing.TALKING, id="talking"),
        pytest.param({"contacts": [contact("CONNECTED_ONHOLD")]}, Doing.HOLD, id="on hold"),
        pytest.param({"contacts": [contact("PAUSED")]}, Doing.HOLD, id="paused"),
        pytest.param({"contacts": [contact("INCOMING")]}, Doing.RINGING, id="incoming"),
        pytest.param({"contacts": [contact("ENDED")]}, Doing.AFTER_CALL, id="after-call work"),
        pytest.param({"contacts": [contact("MISSED")]}, Doing.MISSED, id="missed"),
        pytest.param({"contacts": [contact("LEVITATING")]}, Doing.TALKING, id="a state that Amazon added"),
        pytest.param(
            {"contacts": [contact("ENDED"), contact("CONNECTED")]}, Doing.TALKING, id="of several the busiest"
        ),
        pytest.param({"status_type": "CUSTOM", "contacts": [contact("CONNECTED")]}, Doing.TALKING, id="calls first"),
        pytest.param({"is_missing": True, "contacts": [contact("CONNECTED")]}, Doing.MISSING, id="not heard of"),
    ],
)
def test_what_an_agent_does_is_told_by_the_contacts_in_hand_and_then_by_the_status(
    fields: dict[str, Any], doing: Doing
) -> None:
    told = {"status": "Available", "status_type": "ROUTABLE", "status_since": ago(60)}
    assert state_of(Agent(**told | fields)).doing is doing


def test_a_break_is_called_as_the_agent_chose_it() -> None:
    assert state_of(Agent(status="Lunch", status_type="CUSTOM")).word == "Lunch"


def test_whoever_wants_attention_comes_first(floor: Floor, root: Person) -> None:
    floor.agent("away", status_type="CUSTOM")
    floor.agent("free")
    floor.agent("talks", contacts=[contact("CONNECTED", 50)])
    floor.agent("talks long", contacts=[contact("CONNECTED", 900)])
    floor.agent("rings", contacts=[contact("CONNECTING")])
    floor.agent("holds long", contacts=[contact("CONNECTED_ONHOLD", 301)])
    floor.agent("wraps up", contacts=[contact("ENDED", 20)])
    floor.agent("wraps up long", contacts=[contact("ENDED", 301)])
    floor.agent("lost", is_missing=True, heard_at=ago(400))
    floor.agent("gone home", is_signed_in=False)
    scope = Scope.of(root)
    assert [agent.username for agent in whole_agents(scope, agents_in_order(scope))] == [
        "lost", "wraps up long", "holds long", "rings", "wraps up", "talks long", "talks", "free", "away",
    ]  # fmt: skip


def test_an_agent_stands_in_the_first_team_that_names_it(floor: Floor, root: Person) -> None:
    for name, agents in (("Night", ["bob"]), ("Day", ["bob", "alice"]), ("Everything", [])):
        Team.objects.create(name=name, instance=floor.instance, agents=agents)
    for username in ("alice", "bob", "charlie"):
        floor.agent(username)
    Team.objects.filter(name="Night").update(name="A night")
    scope = Scope.of(root)
    found = groups(root, whole_agents(scope, agents_in_order(scope)))
    assert [(str(group.team), [agent.username for agent in group.agents]) for group in found] == [
        ("A night", ["bob"]), ("Day", ["alice"]), ("None", ["charlie"]),
    ]  # fmt: skip
