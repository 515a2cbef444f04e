"""What a browser's own trace tells of a page."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import CDPSession, Page

LOOK_MS = 50


@contextmanager
def traced(page: Page, category: str) -> Iterator[list[dict[str, Any]]]:
    """The events of the page's main thread meanwhile, once it is over; of the browser's threads only this page's."""
    client, over, events = page.context.new_cdp_session(page), list[dict[str, Any]](), list[dict[str, Any]]()
    client.on("Tracing.tracingComplete", lambda told: over.append(told))
    config = {"includedCategories": [category, "__metadata"], "recordMode": "recordAsMuchAsPossible"}
    client.send("Tracing.start", {"transferMode": "ReturnAsStream", "traceConfig": config})
    yield events
    client.send("Tracing.end")
    while not over:
        page.wait_for_timeout(LOOK_MS)
    events.extend(_of_page(json.loads(_read(client, over[0]["stream"]))["traceEvents"]))
    client.detach()


def _read(client: CDPSession, stream: str) -> str:
    parts: list[str] = []
    while True:
        part = client.send("IO.read", {"handle": stream})
        parts.append(part["data"])
        if part.get("eof"):
            return "".join(parts)


def _of_page(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A browser keeps empty pages beside: this is the busiest."""
    names = (event for event in events if event["name"] == "thread_name")
    mains = {(name["pid"], name["tid"]) for name in names if name["args"]["name"] == "CrRendererMain"}
    of: dict[tuple[int, int], list[dict[str, Any]]] = {main: [] for main in mains}
    for event in events:
        if event["ph"] == "X" and (event["pid"], event["tid"]) in of:
            of[event["pid"], event["tid"]].append(event)
    return max(of.values(), key=len)
