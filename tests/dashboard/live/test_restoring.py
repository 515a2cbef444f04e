import os
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from django.db import connection

from calls.models.xid import epoch
from tests.dashboard.live.browser import Browser, do
from tests.dashboard.live.room import Room
from tests.postgres import program

RELOAD = {"type": "reload"}


def url_of_the_test() -> str:
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}").geturl()


async def test_an_open_page_fetches_itself_anew_when_a_backup_has_been_restored(
    room: Room, browser: Callable[..., Browser], tmp_path: Path
) -> None:
    stays, url, dump = await do(room.call)(), await do(url_of_the_test)(), tmp_path / "dump"
    alice = await browser(room.alice).watch("wall")
    program("pg_dump", url, "--format=custom", f"--file={dump}")
    lost = await do(room.call)(words="came after the backup")
    await alice.until_placed("came after the backup")
    cursor, before = alice.cursor, await do(epoch)()
    program("psql", url, "--command", "DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    program("pg_restore", url, "--single-transaction", str(dump))
    await alice.until(lambda frame: frame == RELOAD)
    again = await browser(room.alice).come_back("wall", cursor=cursor, epoch_=before)
    assert again.frames[0] == RELOAD
    await do(room.change)(stays, agent_username="told after the restore")
    await again.until_placed("told after the restore")
    assert not await do(type(lost).objects.filter(pk=lost.pk).exists)()
