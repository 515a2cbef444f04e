import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management import BaseCommand, CommandError, CommandParser
from django.db.models import Q
from django.utils.dateparse import parse_datetime
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from calls.backfill.counting import described, names_of
from calls.backfill.work import an_owner, attend
from calls.models import Backfill, Stream

S3 = "s3://"


class Command(BaseCommand):
    help = (
        "Bring records in from files, or from what Kinesis still holds of a time: counted first, and written when"
        " you say so. Records that are known already change nothing. It may be stopped at any moment and resumed."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("stream", nargs="?", help="the stream whose records they are: its name, or its number")
        parser.add_argument("location", nargs="?", help="a file, a folder, a pattern in quotes, or s3://BUCKET/PREFIX")
        parser.add_argument("--kinesis", action="store_true", help="read the stream itself, from --from to --to")
        parser.add_argument("--from", dest="from_at", metavar="TIME", help="such as 2026-11-20T10:00Z")
        parser.add_argument("--to", dest="to_at", metavar="TIME", help="with files: the time whose gaps they fill")
        parser.add_argument("--preview", action="store_true", help="count only")
        parser.add_argument("--yes", action="store_true", help="write without asking")
        parser.add_argument("--resume", type=int, metavar="NUMBER", help="go on with a backfill that stopped")

    def handle(self, *args: object, **options: Any) -> None:
        backfill = self._stopped(options["resume"]) if options["resume"] else self._new(options)
        try:
            self._count(backfill)
            if backfill.state == Backfill.State.COUNTED and self._is_agreed(options):
                backfill.bring_in(None, is_by_command=True)
            if backfill.state == Backfill.State.BRINGING:
                self._work(backfill)
        except KeyboardInterrupt:
            backfill.release()
            raise CommandError(f"Stopped. {_how_to_go_on(backfill)}") from None
        self._tell_the_end(backfill)

    def _new(self, options: dict[str, Any]) -> Backfill:
        backfill = Backfill(
            stream=_stream(options["stream"]),
            from_at=_moment(options["from_at"]),
            to_at=_moment(options["to_at"]),
            is_by_command=True,
            **_source(options),
        )
        try:
            backfill.full_clean()
        except ValidationError as error:
            raise CommandError(" ".join(f"{name}: {' '.join(said)}" for name, said in _errors(error))) from None
        backfill.save()
        return backfill

    def _stopped(self, number: int) -> Backfill:
        backfill = Backfill.objects.filter(pk=number).first()
        if backfill is None:
            raise CommandError(f"There is no backfill {number}.")
        if not backfill.go_on(is_by_command=True):
            Backfill.objects.filter(pk=number).update(is_by_command=True)
            backfill.refresh_from_db()
        return backfill

    def _count(self, backfill: Backfill) -> None:
        if backfill.state == Backfill.State.COUNTING:
            self._work(backfill)
        if backfill.state == Backfill.State.COUNTED:
            self._say(f"{backfill} of {backfill.where} would bring:")
            self._say_counts(backfill, backfill.counted)

    def _is_agreed(self, options: dict[str, Any]) -> bool:
        if options["preview"]:
            return False
        if options["yes"]:
            return True
        return sys.stdin.isatty() and input("Bring them in? [y/N] ").strip().lower() in ("y", "yes")

    def _work(self, backfill: Backfill) -> None:
        until = time.monotonic() + 2 * settings.LEASE_S
        while not backfill.claim(an_owner()):
            if time.monotonic() > until:
                raise CommandError(f"Another process works on backfill {backfill.pk}.")
            time.sleep(0.2)
        with _bar(backfill) as progress:
            attend(backfill, progress)
        backfill.refresh_from_db()

    def _tell_the_end(self, backfill: Backfill) -> None:
        if backfill.state == Backfill.State.DONE:
            self._say(f"{backfill} has brought:")
            self._say_counts(backfill, backfill.brought)
            if closed := backfill.gaps.count():
                self._say(f"  {closed:>12,} gap{'' if closed == 1 else 's'} filled with it")
        elif backfill.state == Backfill.State.COUNTED:
            self._say(f"Nothing was written. {_how_to_go_on(backfill)}")
        elif backfill.state == Backfill.State.CANCELLED:
            raise CommandError(f"It was cancelled. {_how_to_go_on(backfill)}")
        else:
            trouble = backfill.trouble or "It stopped: the database does not answer."
            raise CommandError(f"{trouble} {_how_to_go_on(backfill)}")

    def _say_counts(self, backfill: Backfill, counts: dict[str, int]) -> None:
        for name in names_of(counts):
            self._say(f"  {counts.get(name, 0):>12,} {described(name)}")
        for remark in backfill.remarks:
            self._say(f"  {remark}")
        if (more := counts.get("remarks", 0) - len(backfill.remarks)) > 0:
            self._say(f"  The same of {more:,} other files.")

    def _say(self, words: str) -> None:
        self.stdout.write(words)


def _source(options: dict[str, Any]) -> dict[str, str]:
    location = options["location"] or ""
    if options["kinesis"]:
        return {"source": Backfill.Source.KINESIS, "location": location}
    if not location:
        raise CommandError("Say where the records are: a file, a folder, s3://BUCKET/PREFIX, or --kinesis.")
    if location.startswith(S3):
        return {"source": Backfill.Source.S3, "location": location}
    return {"source": Backfill.Source.DISK, "location": str(Path(location).absolute())}


def _stream(wanted: str | None) -> Stream:
    streams = Stream.objects.select_related("instance")
    is_wanted = Q(name=wanted) | Q(pk=int(wanted)) if wanted and wanted.isdecimal() else Q(name=wanted)
    found = list(streams.filter(is_wanted))
    if len(found) == 1:
        return found[0]
    known = ", ".join(f"{each.pk} ({each})" for each in found or streams)
    raise CommandError(f"Name one stream, or give its number: {known or 'none is set up'}.")


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = parse_datetime(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise CommandError(f"{text} is no time with its zone, such as 2026-11-20T10:00Z.")
    return moment


def _errors(error: ValidationError) -> Iterator[tuple[str, list[str]]]:
    for name, said in error.message_dict.items():
        yield name.removesuffix("_at"), said


def _how_to_go_on(backfill: Backfill) -> str:
    return f"Go on with: manage.py backfill --resume {backfill.pk}"


@contextmanager
def _bar(backfill: Backfill) -> Iterator[Any]:
    """On a terminal only."""
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as progress:
        task = progress.add_task(backfill.get_state_display(), total=None)
        yield lambda each: progress.update(task, total=each.total, completed=each.done)
