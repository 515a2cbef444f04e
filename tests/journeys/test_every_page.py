"""What holds for every page: axe-core finds nothing, and nothing is wider than a small telephone."""

import json
from typing import Literal
from uuid import uuid4

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.journeys.people import People
from tests.journeys.records import SAMPLES, Talk, dropped
from tests.journeys.stack import CONTACT_LENS, CONTACT_RECORDS, Stack, until

SCHEMES: tuple[Literal["dark", "light"], ...] = ("dark", "light")
WIDTHS = (360, 1280)
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
SETTLED = "() => Promise.allSettled(document.getAnimations().map(animation => animation.finished))"


@pytest.fixture(scope="module")
def addresses(stack: Stack) -> dict[str, str]:
    """Pages with something on them: a talk in progress with all that Contact Lens tells, and a dropped call."""
    talk, contact_id = Talk(), str(uuid4())
    told = json.loads((SAMPLES / "contact_lens_voice/02_segments_all_kinds.json").read_text())
    stack.put(CONTACT_LENS, talk.started(), {**told, "ContactId": talk.contact_id}, talk.piece("p", "And so"))
    promised = {**dropped(str(uuid4()), "+12025550171"), "NextContactId": str(uuid4())}
    stack.put(CONTACT_RECORDS, promised, dropped(contact_id, "+12025550170"))
    [(case,)] = until(
        lambda: stack.rows("SELECT case_id FROM calls_call WHERE contact_id = %s", contact_id), "the dropped call"
    )
    [(stream,)] = stack.rows("SELECT id FROM calls_stream WHERE name = %s", CONTACT_LENS)
    until(
        lambda: stack.rows(
            "SELECT 1 FROM transcripts_segment s JOIN calls_call c ON c.id = call_id"
            " WHERE contact_id = %s AND turn_id = 'p'",
            talk.contact_id,
        ),
        "the talk",
    )
    return {
        "wall": "/",
        "live call": f"/calls/acme/{talk.contact_id}/",
        "dropped call": f"/calls/acme/{contact_id}/",
        "cases": "/cases/",
        "closed cases": "/cases/?show=closed",
        "case": f"/cases/{case}/",
        "promises": "/promises/",
        "zone": "/accounts/zone/",
        "login": "/accounts/login/",
        "admin": "/admin/",
        "admin list": "/admin/calls/stream/",
        "admin stream": f"/admin/calls/stream/{stream}/change/",
        "404": "/calls/acme/none/",
        "403": "/cases/",
    }


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("alice", "wall"),
        ("alice", "live call"),
        ("alice", "dropped call"),
        ("lee", "cases"),
        ("lee", "closed cases"),
        ("lee", "case"),
        ("lee", "promises"),
        ("lee", "zone"),
        ("", "login"),
        ("dana", "admin"),
        ("dana", "admin list"),
        ("dana", "admin stream"),
        ("alice", "404"),
        ("alice", "403"),
    ],
)
def test_axe_finds_nothing_and_nothing_is_too_wide(
    people: People, addresses: dict[str, str], name: str, place: str
) -> None:
    page = people.page_of(name, addresses[place])
    assert people.complaints() == []
    people.ignore(page)  # axe-core tries styles of its own, which the policy refuses
    found = {
        (scheme, width): problems
        for width in WIDTHS
        for scheme in SCHEMES
        if (problems := problems_of(page, scheme, width))
    }
    assert found == {}


def problems_of(page: Page, scheme: Literal["dark", "light"], width: int) -> list[str]:
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.evaluate(SETTLED)  # a colour on its way from dark to light has the contrast of neither
    violations = Axe().run(page).response["violations"]
    wide = page.evaluate(OVERFLOW)
    told = [f"{each['id']}: {node['html']} {node['failureSummary']}" for each in violations for node in each["nodes"]]
    return told + ([f"{wide} px too wide"] if wide > 0 else [])
