import signal
import sys

from django.core.management import BaseCommand

from dashboard.standby import watch


class Command(BaseCommand):
    help = "Watch the broker (Redis), and read and sweep in place of the workers while it does not answer."

    def handle(self, *args: object, **options: object) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda number, _: end(number))
        watch()


def end(number: int) -> None:
    """A second signal is no news."""
    signal.signal(number, signal.SIG_IGN)
    sys.exit(0)
