from datetime import UTC, datetime, timedelta
from uuid import uuid4

from playwright.sync_api import Locator, Page, expect

from tests.journeys.people import People
from tests.journeys.records import Record, login
from tests.journeys.stack import AGENT_EVENTS, Stack

QUEUE = {"ARN": "arn:aws:connect:us-east-1:123456789012:instance/i/queue/billing", "Name": "Billing"}


def tile_of(page: Page, name: str) -> Locator:
    return page.get_by_role("article").filter(has=page.get_by_role("heading", name=name, exact=True))


def at_work(username: str, *contacts: Record) -> Record:
    event = login(username, QUEUE)
    event["CurrentAgentSnapshot"]["AgentStatus"] |= {"Name": "Available", "Type": "ROUTABLE"}
    event["CurrentAgentSnapshot"]["Configuration"] |= {"FirstName": username.capitalize(), "LastName": "Kim"}
    event["CurrentAgentSnapshot"]["Contacts"] = list(contacts)
    return event


def contact(contact_id: str, state: str, for_s: float) -> Record:
    since = (datetime.now(UTC) - timedelta(seconds=for_s)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {
        "ContactId": contact_id, "InitialContactId": None, "Channel": "VOICE", "InitiationMethod": "INBOUND",
        "State": state, "StateStartTimestamp": since, "QueueTimestamp": since, "Queue": QUEUE,
        "ConnectedToAgentTimestamp": since if state == "ENDED" else None,
    }  # fmt: skip


def test_an_agent_whose_after_call_work_lasts_too_long_moves_to_the_front(stack: Stack, people: People) -> None:
    wall = people.live_page_of("alice", "/")
    contact_id = str(uuid4())
    stack.put(AGENT_EVENTS, at_work("ann"), at_work("mia", contact(contact_id, "MISSED", 330)))
    expect(tile_of(wall, "Ann Kim")).to_contain_text("Available")
    expect(tile_of(wall, "Mia Kim")).to_contain_text("Missed a contact")

    stack.put(AGENT_EVENTS, at_work("zoe", contact(contact_id, "ENDED", 292)))
    zoe = tile_of(wall, "Zoe Kim")
    expect(zoe).to_contain_text("After-call work")
    expect(zoe).to_contain_text("over 3:00")
    expect(zoe).to_contain_text("over 5:00")
    names = wall.locator("#agents article h4")
    expect(names.filter(has_text="Kim")).to_have_text(["Zoe Kim", "Mia Kim", "Ann Kim"])
    expect(wall.locator("#agents-legend")).to_contain_text("1 after-call work")
