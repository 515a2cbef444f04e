"""A transcript as a file: text to read, rows for a spreadsheet, captions for a recording."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import chain

from calls.models import Call
from transcripts.export import captions, rows, text
from transcripts.export.entry import Entry
from transcripts.gaps import Gap, with_gaps
from transcripts.matches import names_by_turn
from transcripts.models import Conversation, Segment
from transcripts.reading import turns_in_chunks, turns_of

FORMS: dict[str, tuple[str, Callable[[Call, Iterable[Entry]], Iterator[str]]]] = {
    "txt": ("text/plain", text.lines),
    "csv": ("text/csv", rows.lines),
    "vtt": ("text/vtt", captions.lines),
}
CHUNK = 500


def written(call: Call, form: str) -> Iterator[str]:
    """The file in parts, read from the database as they are asked for; `form` is one of FORMS.

    Words stand in it as they are stored: what was masked stays masked.
    """
    _, lines = FORMS[form]
    return lines(call, _entries(call))


def _entries(call: Call) -> Iterator[Entry]:
    conversation = Conversation.objects.filter(call=call).first()
    places = turns_of(call).only("filed_on", "call_id", "turn_id", "begin_ms", "end_ms")
    names = names_by_turn(places, conversation.categories) if conversation and conversation.categories else {}
    for each in with_gaps(chain.from_iterable(turns_in_chunks(call, CHUNK))):
        match each:
            case Gap():
                yield Entry.of_gap(each)
            case Segment():
                yield Entry.of_turn(each, call, names.get(each.turn_id, []))
