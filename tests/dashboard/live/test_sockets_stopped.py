"""Browsers that stop reading, at a real server."""

import asyncio
import os
from pathlib import Path

from dashboard.live.outgoing import UNREAD_CHARACTERS

from .browser import do
from .room import Room
from .server import Server, server

__all__ = ["server"]

STOPPED = 20
CALLS = 50


def rss_mb(pid: int) -> float:
    return int(Path(f"/proc/{pid}/status").read_text().partition("VmRSS:")[2].split()[0]) / 1024


def open_files(pid: int) -> int:
    return len(os.listdir(f"/proc/{pid}/fd"))


async def test_twenty_that_stop_reading_are_sent_away_and_little_is_kept_for_them(server: Server, room: Room) -> None:
    pid = server.process.pid
    await do(lambda: room.alice.teams.get().members.add(room.bob))()
    reads = await (await server.open(room.bob)).watch("wall")
    calls = await do(lambda: [room.call("Billing", words="x" * 500) for _ in range(CALLS)])()
    stopped = [await (await server.open(room.alice, max_queue=1)).watch("wall") for _ in range(STOPPED)]
    for socket in stopped:
        socket.reading.cancel()
    before, files = rss_mb(pid), open_files(pid)
    most, at = before, 0
    async with asyncio.timeout(300):
        while open_files(pid) > files - STOPPED:
            for call in calls:
                await do(room.change)(call, agent_username=f"agent.{at}")
            at += 1
            most = max(most, rss_mb(pid))
    assert most - before < STOPPED * 2 * UNREAD_CHARACTERS / 2**20 + 20
    await reads.until(lambda frame: f"agent.{at - 1}" in frame.get("html", ""))
    assert server.trouble == []
    for socket in stopped:
        socket.opened.transport.abort()
    await reads.leave()
    server.sockets.clear()
