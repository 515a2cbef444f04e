"""People at browsers of their own, who have signed in."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Error, Locator, Page, expect

if TYPE_CHECKING:
    from playwright.sync_api import StorageState

    from tests.journeys.stack import Stack

CHROMIUM = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE_MS = 20_000
LIVE = re.compile(r"^\s*live", re.IGNORECASE)
expect.set_options(timeout=PATIENCE_MS)


class People:
    def __init__(self, stack: Stack, browser: Browser) -> None:
        self.stack, self.browser = stack, browser
        self._sessions: dict[str, StorageState] = {}
        self._contexts: list[BrowserContext] = []
        self._complaints: list[str] = []

    def page_of(self, name: str, path: str | None = None, **how: Any) -> Page:
        """A page in a browser where `name` has signed in; nobody has for the empty name."""
        state = self._session(name) if name else None
        context = self._context(storage_state=state, **how)
        self._contexts.append(context)
        page = context.new_page()
        if path is not None:
            page.goto(path)
        return page

    def live_page_of(self, name: str, path: str) -> Page:
        page = self.page_of(name)
        self.open_live(page, path)
        return page

    def open_live(self, page: Page, path: str) -> None:
        page.goto(path)
        expect(badge(page)).to_contain_text(LIVE)

    @staticmethod
    def row_with(page: Page, last_digits: str) -> Locator:
        return page.get_by_role("row").filter(has_text=f"••• {last_digits}")

    def sign_in(self, page: Page, name: str) -> None:
        page.goto("/accounts/login/")
        page.get_by_label("User name").fill(name)
        page.get_by_label("Password").fill(self.stack.password)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(lambda url: "/accounts/login/" not in url)

    def cookies_of(self, name: str) -> dict[str, str]:
        return {cookie["name"]: cookie["value"] for cookie in self._session(name)["cookies"]}

    def leave(self) -> None:
        for context in self._contexts:
            context.close()
        self._contexts.clear()

    def complaints(self) -> list[str]:
        """What broke the content policy, or raised, since the last time."""
        told, self._complaints = self._complaints, []
        return told

    def ignore(self, page: Page) -> None:
        """What tries this page from now on may break the content policy."""
        page.context.remove_listener("console", self._hear)

    def _session(self, name: str) -> StorageState:
        if name not in self._sessions:
            context = self._context()
            self.sign_in(context.new_page(), name)
            self._sessions[name] = context.storage_state()
            context.close()
        return self._sessions[name]

    def _context(self, **how: Any) -> BrowserContext:
        context = self.browser.new_context(base_url=self.stack.url, locale="en", ignore_https_errors=True, **how)
        context.set_default_timeout(PATIENCE_MS)
        context.on("console", self._hear)
        context.on("weberror", lambda error: self._note(error.error))
        return context

    def _hear(self, message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            self._complaints.append(f"{message.page and message.page.url}: {message.text}")

    def _note(self, error: Error) -> None:
        self._complaints.append(f"{error.message}\n{error.stack}")


def badge(page: Page) -> Locator:
    return page.locator("connection-badge")


def row_of(wall: Page, contact_id: str) -> Locator:
    return wall.locator("[data-slot=calls] tr").filter(has=wall.locator(f"a[href*='{contact_id}']"))


def turn_of(page: Page, turn_id: str) -> Locator:
    return page.locator(f".turn[data-turn='{turn_id}']")


def pane_of(wall: Page, contact_id: str) -> Locator:
    return wall.locator("side-panes > .pane").filter(has=wall.locator(f"a[href*='{contact_id}']"))


def alert_of(wall: Page, contact_id: str) -> Locator:
    return wall.locator("[data-slot=alerts] article").filter(has=wall.locator(f"a[href*='{contact_id}']"))
