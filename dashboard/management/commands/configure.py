import os
import sys
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from django.core.management import BaseCommand, CommandError, CommandParser

from calls.configuration import ConfigurationError, configure


class Command(BaseCommand):
    help = (
        "Bring instances, streams, policies, Salesforce orgs, teams and people to what a TOML file says:"
        " all of it, or nothing."
        " What the file names it owns; what it leaves out stays as it is."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="the TOML file, or - for standard input")

    def handle(self, *args: object, **options: object) -> None:
        try:
            lines = configure(_text(str(options["file"])), os.environ)
        except (ConfigurationError, ImproperlyConfigured) as error:
            raise CommandError(f"{error}\nNothing was changed.") from None
        if options["verbosity"]:
            self.stdout.write("\n".join(lines or ["nothing to change"]))


def _text(name: str) -> str:
    try:
        data = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        return data.decode()
    except OSError as error:
        raise CommandError(f"{name} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise CommandError(f"{name} is not UTF-8, which TOML is.") from None
