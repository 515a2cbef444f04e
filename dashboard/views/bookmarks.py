"""Marks at turns, for coaching. Whoever coaches sees all of a call's, and changes his or her own."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.views.decorators.http import require_POST

from calls.models import Call
from dashboard.access import SignedIn, needs
from dashboard.live.rows import read_marks
from transcripts.export.entry import speaker_of
from transcripts.models import Bookmark
from transcripts.reading import turns_of

from .call import calls_of
from .saying import said

NOT_YOURS = "Nothing was changed: it is another's mark, or gone."


@require_POST
@needs("coach")
def mark_turn(request: SignedIn, pk: int) -> HttpResponse:
    call = get_object_or_404(calls_of(request.user), pk=pk)
    turn_id = request.POST.get("turn", "").replace("\x00", "")  # PostgreSQL holds none
    turn = get_object_or_404(turns_of(call), turn_id=turn_id)
    Bookmark.put(call, turn, speaker=speaker_of(turn, call), comment=_comment(request), by=request.user)
    return _told(request, call.pk, "Marked.")


@require_POST
@needs("coach")
def change_mark(request: SignedIn, pk: int) -> HttpResponse:
    mark = _found(request, pk)
    is_changed = mark.say(_comment(request), by=request.user)
    return _told(request, mark.call_id, "Changed." if is_changed else NOT_YOURS)


@require_POST
@needs("coach")
def remove_mark(request: SignedIn, pk: int) -> HttpResponse:
    mark = _found(request, pk)
    is_removed = mark.remove(by=request.user)
    return _told(request, mark.call_id, "Removed; “Undo” is in the list." if is_removed else NOT_YOURS)


@require_POST
@needs("coach")
def put_back_mark(request: SignedIn, pk: int) -> HttpResponse:
    mark = _found(request, pk)
    is_back = mark.put_back(by=request.user)
    return _told(request, mark.call_id, "It is back." if is_back else NOT_YOURS)


def _found(request: SignedIn, pk: int) -> Bookmark:
    return get_object_or_404(Bookmark.objects.filter(call__in=Call.objects.visible_to(request.user)), pk=pk)


def _comment(request: SignedIn) -> str:
    return request.POST.get("comment", "").replace("\x00", "\ufffd").strip()


def _told(request: SignedIn, call_pk: int, words: str) -> HttpResponse:
    call = calls_of(request.user).get(pk=call_pk)
    read_marks([call])
    return said(request, words, render_to_string("live/marks.html", {"call": call}), back_to=call.get_absolute_url())
