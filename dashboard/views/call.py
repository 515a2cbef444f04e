from datetime import UTC, datetime

from django.conf import settings
from django.db.models import BigIntegerField, QuerySet, Value
from django.db.models.functions import Cast, Coalesce, Extract
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from calls.models import Call, Person
from dashboard.access import SignedIn, needs
from dashboard.templatetags.telling import AFTER_ALL
from transcripts.models import Segment
from transcripts.partitions import oldest_kept

from .live_page import live_call

TURNS_AT_ONCE = 200
LEGS_SHOWN = 50


@needs("calls")
def call(request: SignedIn, alias: str, contact_id: str) -> HttpResponse:
    found = _calls(request.user).filter(instance__alias=alias, contact_id=contact_id).first()
    if found is None:
        return _one_or_list(request, f"{alias}/{contact_id}")  # an id may hold a slash
    # Segments carry numbers of their own, so those read after the call's are news that comes twice, never a gap.
    context = {"live": live_call(found), "call": found, "legs": _legs(request.user, found)} | _removed(found)
    return render(request, "pages/call.html", context | _turns(found))


@needs("calls")
def by_contact_id(request: SignedIn, contact_id: str) -> HttpResponse:
    return _one_or_list(request, contact_id)


@needs("calls")
def earlier_turns(request: SignedIn, pk: int) -> HttpResponse:
    """The turns before one that the page has, named by its place and id."""
    found = get_object_or_404(_calls(request.user), pk=pk)
    turn_id = request.GET.get("turn", "")
    try:
        place = int(request.GET["place"])
    except (KeyError, ValueError):
        raise Http404 from None
    if "\x00" in turn_id:  # PostgreSQL holds none
        raise Http404
    return render(request, "pages/earlier_turns.html", {"call": found} | _turns(found, place, turn_id))


def _calls(person: Person) -> QuerySet[Call]:
    return Call.objects.visible_to(person).select_related("instance", "conversation", "caller", "case__org")


def _one_or_list(request: SignedIn, contact_id: str) -> HttpResponse:
    calls = list(_calls(request.user).filter(contact_id=contact_id).order_by("instance__alias"))
    if not calls:
        raise Http404
    if len(calls) == 1:
        return redirect(calls[0])
    return render(request, "pages/same_contact_id.html", {"calls": calls})


def _turns(call: Call, place: int | None = None, turn_id: str = "") -> dict[str, object]:
    """The last turns, or the last before a place, in the order in which they were said."""
    said_ms = Cast(Extract("said_at", "epoch") * 1000, BigIntegerField())
    turns = Segment.objects.filter(filed_on=call.filed_on, call_id=call.pk, is_gone=False)
    turns = turns.alias(place=Coalesce(said_ms, "begin_ms", Value(AFTER_ALL), output_field=BigIntegerField()))
    if place is not None:
        turns = turns.filter(place__lt=place) | turns.filter(place=place, turn_id__lt=turn_id)
    found = list(turns.order_by("-place", "-turn_id")[: TURNS_AT_ONCE + 1])
    shown = found[:TURNS_AT_ONCE][::-1]
    return {"turns": shown, "first_turn": shown[0] if len(found) > TURNS_AT_ONCE else None}


def _removed(call: Call) -> dict[str, object]:
    """Whether its words are past their retention, which a page without words must say."""
    is_removed = call.filed_on < oldest_kept(datetime.now(UTC).date())
    return {"is_removed": is_removed, "kept_months": settings.WORDS_KEPT_MONTHS}


def _legs(person: Person, call: Call) -> list[dict[str, object]]:
    """The other contacts of the same call by their beginning; of a leg of another team only that there is one."""
    others = Call.objects.filter(instance=call.instance_id, root_contact_id=call.root_contact_id).exclude(pk=call.pk)
    legs = others.select_related("instance").order_by("began_at", "pk")[:LEGS_SHOWN]
    visible = set(Call.objects.visible_to(person).filter(pk__in=[leg.pk for leg in legs]).values_list("pk", flat=True))
    return [{"call": leg if leg.pk in visible else None, "place": _place(call, leg)} for leg in legs]


def _place(call: Call, leg: Call) -> str:
    if leg.contact_id == call.previous_contact_id or leg.next_contact_id == call.contact_id:
        return "the leg before"
    if leg.contact_id == call.next_contact_id or leg.previous_contact_id == call.contact_id:
        return "the leg after"
    if leg.began_at and call.began_at:
        return "earlier" if leg.began_at < call.began_at else "later"
    return "another leg"
