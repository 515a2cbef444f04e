"""The turns of a call: the last ones at once, the earlier ones as one scrolls."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render

from calls.models import Call
from dashboard.access import SignedIn, needs
from transcripts.gaps import GAP_MS
from transcripts.reading import Place, last_turns

TURNS_AT_ONCE = 200
MOST_AT_ONCE = 1000  # for whoever looks for a turn, or for words


def transcript(call: Call, most: int, before: Place | None = None) -> dict[str, object]:
    """What the transcript's templates show. A turn has a number of its own: one that is read after its call's number
    was is news that comes twice, never a gap.
    """
    turns, has_more = last_turns(call, most, before)
    return {"turns": turns, "first_turn": turns[0] if has_more else None, "gap_ms": GAP_MS}


@needs("calls")
def earlier_turns(request: SignedIn, pk: int) -> HttpResponse:
    """The turns before one that the page has, named by its place and id; `many` when it looks for one of them."""
    found = get_object_or_404(Call.objects.visible_to(request.user), pk=pk)
    most = MOST_AT_ONCE if "many" in request.GET else TURNS_AT_ONCE
    turns = transcript(found, most, _place(request))
    return render(request, "pages/earlier_turns.html", {"call": found} | turns)


def _place(request: SignedIn) -> Place:
    turn_id = request.GET.get("turn", "")
    try:
        ms = int(request.GET["place"])
    except (KeyError, ValueError):
        raise Http404 from None
    if "\x00" in turn_id or not -(2**63) <= ms < 2**63:  # PostgreSQL holds none
        raise Http404
    return Place(ms, turn_id)
