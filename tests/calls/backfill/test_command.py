"""`manage.py backfill` as people run it: a process of its own, which is killed, stopped and resumed."""

import gzip
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from pytest_django import Settings

from calls.models import Backfill, Call, DeadLetter
from tests.calls.backfill.bucket import Bucket
from tests.calls.backfill.reading import known, lines
from tests.calls.world import BOB, World, dropped, newer
from tests.journeys.stack import until

ROOT = Path(__file__).resolve().parents[3]
NAME = "acme-contact-records"


def command(*arguments: str) -> subprocess.Popen[str]:
    url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
    return subprocess.Popen(
        [sys.executable, "manage.py", "backfill", *arguments],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": url, "LEASE_S": "2", "LEASE_RENEW_S": "0.5"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def end_of(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, err = process.communicate()
    return process.returncode, out, err


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three files with 2,000 contacts, 100 newer records and one that cannot be used."""
    old = {**dropped(ended_s=30 * 24 * 3600)}
    records = [{**old, "ContactId": f"c{number:04}"} for number in range(2000)]
    (tmp_path / "1").write_bytes(lines(*records[:700]))
    (tmp_path / "2.gz").write_bytes(gzip.compress(lines(*records[700:1400])))
    last = [*records[1400:], *(newer(record) for record in records[:100]), {"rubbish": 1}]
    (tmp_path / "3").write_bytes(b"".join(json.dumps(each).encode() for each in last))
    return tmp_path


COUNTED = {"records": 2101, "new": 2000, "newer": 100, "unusable": 1}


def until_there_are_more(than: int, process: subprocess.Popen[str]) -> None:
    until(lambda: Call.objects.count() > than or process.poll() is not None, "records come", within_s=60)


def test_killed_and_resumed_it_brings_every_record_once(world_apart: World, folder: Path) -> None:
    process, seen = command(NAME, str(folder), "--yes"), 0
    for _ in range(2):
        until_there_are_more(seen, process)
        process.kill()
        end_of(process)
        backfill, seen = Backfill.objects.get(), Call.objects.count()
        assert 0 < seen < 2000
        assert backfill.brought["records"] == seen  # the place and the rows commit together
        process = command("--resume", str(backfill.pk), "--yes")
    status, out, _ = end_of(process)
    backfill.refresh_from_db()
    assert (status, backfill.state) == (0, "done")
    assert backfill.counted == backfill.brought == COUNTED
    assert len(known()) == 2000
    # Made, brought in, and a hundred of them once more: nothing was written twice.
    assert sorted(Call.objects.values_list("number", flat=True)) == [2] * 1900 + [3] * 100
    assert DeadLetter.objects.get().count == 1
    assert "2,000 new" in out


def test_stopped_by_hand_it_says_how_to_go_on(world_apart: World, folder: Path) -> None:
    process = command(NAME, str(folder), "--yes")
    until_there_are_more(0, process)
    process.send_signal(signal.SIGINT)
    status, _, err = end_of(process)
    backfill = Backfill.objects.get()
    assert status == 1
    assert f"Go on with: manage.py backfill --resume {backfill.pk}" in err
    assert (backfill.state, backfill.owner, backfill.is_by_command) == ("bringing", "", True)
    assert not Backfill.objects.for_workers().exists()
    assert end_of(command("--resume", str(backfill.pk)))[0] == 0
    assert len(known()) == 2000


def test_a_preview_writes_nothing_and_says_what_it_would(
    world: World, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "list.csv").write_text("a,b\n")
    call_command("backfill", NAME, str(folder), "--preview")
    out = capsys.readouterr().out
    assert [line.split(maxsplit=1) for line in out.splitlines()[1:5]] == [
        ["2,000", "new"],
        ["100", "newer than what is known"],
        ["0", "known already"],
        ["1", "unusable: each is a dead letter"],
    ]
    assert "list.csv was passed over" in out
    assert f"Nothing was written. Go on with: manage.py backfill --resume {Backfill.objects.get().pk}" in out
    assert not Call.objects.exists()


def test_without_an_answer_nothing_is_written(world_apart: World, folder: Path) -> None:
    status, out, _ = end_of(command(NAME, str(folder)))
    assert (status, "Nothing was written." in out, Call.objects.count()) == (0, True, 0)


def test_s3_is_read_too(world: World, bucket: Bucket, capsys: pytest.CaptureFixture[str]) -> None:
    bucket.objects = {"records/a": lines(dropped("c1"), dropped("c2", BOB))}
    call_command("backfill", str(world.stream.pk), "s3://acme-archive/records/", "--yes")
    assert "2 new" in capsys.readouterr().out
    assert known() == ["c1", "c2"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "Name one stream, or give its number: "),
        (["none", "x"], "Name one stream, or give its number: "),
        ([NAME], "Say where the records are"),
        ([NAME, "/nowhere/at/all"], "No file is at /nowhere/at/all."),
        ([NAME, "s3://Not_a_bucket"], "location: Must be s3://"),
        ([NAME, "--kinesis"], "from: Kinesis is read from a time to a time."),
        ([NAME, "x", "--from", "yesterday"], "yesterday is no time with its zone"),
        ([NAME, "x", "--from", "2026-11-20T10:00"], "2026-11-20T10:00 is no time with its zone"),
        ([NAME, "x", "--from", "2026-13-20T10:00Z"], "2026-13-20T10:00Z is no time with its zone"),
        (["--resume", "999999"], "There is no backfill 999999."),
    ],
)
def test_nonsense_is_refused_with_words(world: World, arguments: list[str], words: str) -> None:
    with pytest.raises(CommandError) as raised:
        call_command("backfill", *arguments)
    assert words in str(raised.value)


def test_one_that_another_process_works_on_is_left_to_it(world: World, folder: Path, settings: Settings) -> None:
    call_command("backfill", NAME, str(folder), "--preview", verbosity=0)
    backfill = Backfill.objects.get()
    assert backfill.bring_in(None, is_by_command=True)
    settings.LEASE_S = 60
    assert backfill.claim("another")
    settings.LEASE_S = 0.2
    with pytest.raises(CommandError, match="Another process works on backfill"):
        call_command("backfill", "--resume", str(backfill.pk))
