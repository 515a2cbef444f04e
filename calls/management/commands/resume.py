from django.core.management import BaseCommand, CommandError, CommandParser
from django.db.models import Q, QuerySet

from calls.models import Stream


class Command(BaseCommand):
    help = "Read a stream on from where it stopped. What cannot be used becomes dead letters, until it is little again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("stream", help="its name, or its number if two instances have streams of one name")

    def handle(self, *args: object, **options: object) -> None:
        stream = _one(str(options["stream"]))
        if not Stream.objects.filter(pk=stream.pk).resume():
            raise CommandError(f"{stream} has not stopped.")
        if options["verbosity"]:
            self.stdout.write(f"{stream} is read on. It had stopped: {stream.stopped_because or 'a person wished so'}")


def _one(wanted: str) -> Stream:
    streams = Stream.objects.select_related("instance")
    found = streams.filter(Q(name=wanted) | Q(pk=int(wanted)) if wanted.isdecimal() else Q(name=wanted))
    if len(found) != 1:
        listed = found or streams.filter(is_stopped=True)
        what = f"{wanted} is the name of {len(found)} streams" if found else f"there is no stream {wanted}"
        raise CommandError(f"{what}. {_listed(listed)}")
    return found[0]


def _listed(streams: QuerySet[Stream]) -> str:
    if not streams:
        return "No stream has stopped."
    return "By number: " + ", ".join(f"{each.pk} ({each})" for each in streams)
