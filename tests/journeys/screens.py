"""Screens on walls as an admin makes them, and as browsers open them."""

import re

from playwright.sync_api import Page, expect

from tests.journeys.people import People, badge


def make_link(people: People, name: str, view: str = "") -> str:
    """As an admin makes it; the address that is shown once."""
    admin = people.page_of("dana", "/admin/calls/screenlink/add/")
    admin.get_by_label("Name:").fill(name)
    admin.get_by_label("Team:").select_option("Floor")
    if view:
        admin.get_by_label("View:").select_option(view)
    admin.get_by_role("button", name="Save", exact=True).click()
    return admin.get_by_label(f"Link of the screen “{name}”").input_value()


def revoke(people: People, name: str) -> None:
    admin = people.page_of("dana", "/admin/calls/screenlink/")
    admin.get_by_role("row").filter(has_text=name).get_by_role("checkbox").check()
    admin.get_by_label("Action:").select_option("Revoke")
    admin.get_by_role("button", name="Go").click()
    expect(admin.get_by_text("1 revoked")).to_be_visible()


def open_screen(people: People, link: str) -> Page:
    screen = people.page_of("", link)
    expect(badge(screen)).to_contain_text(re.compile(r"^\s*live", re.IGNORECASE))
    return screen
