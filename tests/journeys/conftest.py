import os
import shutil
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.journeys.people import CHROMIUM, People
from tests.journeys.stack import ROOT, Stack

LINES_SHOWN = 60


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("journey")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    stack = getattr(item, "funcargs", {}).get("stack")
    if report.failed and isinstance(stack, Stack):
        for name, text in stack.logs().items():
            report.sections.append((f"Output of {name}", "\n".join(text.splitlines()[-LINES_SHOWN:])))
    return report


# Of the package, not of the session: a loop of Playwright's runs until it ends, and asynchronous tests want their own.
@pytest.fixture(scope="package")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    world = "\n".join((ROOT / "tests/journeys" / name).read_text() for name in ("acme.toml", "events.toml"))
    sweeps = {"SWEEP_S": "1"}
    with Stack(tmp_path_factory.mktemp("journeys"), os.environ["DATABASE_URL"], world, sweeps) as stack:
        yield stack


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=CHROMIUM)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def all_people(stack: Stack, browser: Browser) -> People:
    return People(stack, browser)


@pytest.fixture
def people(all_people: People) -> Iterator[People]:
    """Their pages are closed with the test; nothing on them may have broken the content policy or raised."""
    yield all_people
    all_people.leave()
    assert all_people.complaints() == []
