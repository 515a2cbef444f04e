"""Dead letters brought in again, once what was wrong has been put right."""

from collections import defaultdict
from collections.abc import Iterable

from django.utils import timezone

from calls.models import DeadLetter

from .writer import write


def replay(letters: Iterable[DeadLetter]) -> tuple[int, int]:
    """How many are in now, and how many still cannot be used: those stay, with their count raised."""
    by_stream: defaultdict[int, list[DeadLetter]] = defaultdict(list)
    for letter in letters:
        by_stream[letter.stream_id].append(letter)
    replayed = unusable = 0
    for held in by_stream.values():
        for letter in held:
            if write(held[0].stream, [(bytes(letter.data), letter.first_seen_at)]):
                unusable += 1
            else:
                DeadLetter.objects.filter(pk=letter.pk).update(replayed_at=timezone.now())
                replayed += 1
    return replayed, unusable
