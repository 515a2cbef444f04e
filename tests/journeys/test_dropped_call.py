import re
from uuid import uuid4

from playwright.sync_api import expect

from tests.journeys.people import People, alert_of
from tests.journeys.records import INSTANCE_ID, dropped
from tests.journeys.stack import CONTACT_RECORDS, Stack, until


def test_a_dropped_call_alerts_and_becomes_a_case_here_and_in_salesforce(stack: Stack, people: People) -> None:
    contact_id = str(uuid4())
    wall, cases = people.live_page_of("alice", "/"), people.live_page_of("lee", "/cases/")
    stack.put(CONTACT_RECORDS, dropped(contact_id, "+12025550142", ended_s_ago=66))

    alert = alert_of(wall, contact_id)
    expect(wall.get_by_role("status").locator(f"article a[href*='{contact_id}']").first).to_be_visible()
    expect(alert).to_contain_text("Dropped · Billing")
    expect(alert).to_contain_text(re.compile(r"known (6[5-9]|[78]\d) s later"))
    expect(alert).to_contain_text("••• 0142")
    row = cases.get_by_role("row").filter(has_text="••• 0142")
    expect(row).to_contain_text("Abandoned")
    expect(row.get_by_role("link", name="↗")).to_be_visible()

    key = f"{INSTANCE_ID}:{contact_id}"
    record = until(
        lambda: next((case for case in stack.salesforce_cases() if case["Ringback_Key__c"] == key), None),
        "the case is in Salesforce",
    )
    assert record["SuppliedPhone"] == "+12025550142"

    case = people.page_of("lee", record["Ringback_Link__c"])
    expect(case.get_by_role("heading", name=re.compile("^Case"))).to_be_visible()
    expect(case.get_by_text("••• 0142").first).to_be_visible()
    link = case.get_by_role("link", name=f"{record['CaseNumber']} in Salesforce")
    expect(link).to_have_attribute("href", re.compile(record["Id"]))

    link.click()
    expect(case.get_by_role("heading", name=f"Case {record['CaseNumber']}")).to_be_visible()
    with case.expect_popup() as popup:
        case.get_by_role("link", name=record["Ringback_Link__c"]).click()
    expect(popup.value.get_by_role("heading", name=re.compile("^Case"))).to_be_visible()


def test_a_call_that_drops_again_joins_its_callers_case(stack: Stack, people: People) -> None:
    first, second = str(uuid4()), str(uuid4())
    cases = people.live_page_of("lee", "/cases/")
    stack.put(CONTACT_RECORDS, dropped(first, "+12025550143", ended_s_ago=300))
    row = cases.get_by_role("row").filter(has_text="••• 0143")
    expect(row).to_contain_text("1 drop")
    stack.put(CONTACT_RECORDS, dropped(second, "+12025550143"))
    expect(row).to_contain_text("2 drops")
    expect(row).to_have_count(1)
