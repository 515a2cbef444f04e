from datetime import UTC, datetime

from django.conf import settings
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from calls.models import Call, Person
from calls.rights import rights_of
from dashboard.access import SignedIn, needs
from dashboard.figures.drops import with_earlier_drops
from dashboard.live.rows import read_marks
from transcripts.partitions import oldest_kept

from .live_page import live_page
from .turns import TURNS_AT_ONCE, transcript

LEGS_SHOWN = 50


@needs("calls")
def call(request: SignedIn, alias: str, contact_id: str) -> HttpResponse:
    found = calls_of(request.user).filter(instance__alias=alias, contact_id=contact_id).first()
    if found is None:
        return _one_or_list(request, f"{alias}/{contact_id}")  # an id may hold a slash
    watches = [f"call:{found.pk}"]
    if coaches := "coach" in rights_of(request.user):
        watches.append(f"marks:{found.pk}")
        read_marks([found])
    context = {"live": live_page(*watches), "call": found, "coaches": coaches, "legs": _legs(request.user, found)}
    return render(request, "pages/call.html", context | _removed(found) | transcript(found, TURNS_AT_ONCE))


@needs("calls")
def by_contact_id(request: SignedIn, contact_id: str) -> HttpResponse:
    return _one_or_list(request, contact_id)


def calls_of(person: Person) -> QuerySet[Call]:
    """Those that the person may see, with what their facts show of their neighbours."""
    calls = Call.objects.visible_to(person).select_related("instance", "conversation", "caller", "case__org")
    return with_earlier_drops(calls)


def _one_or_list(request: SignedIn, contact_id: str) -> HttpResponse:
    calls = list(calls_of(request.user).filter(contact_id=contact_id).order_by("instance__alias"))
    if not calls:
        raise Http404
    if len(calls) == 1:
        return redirect(calls[0])
    return render(request, "pages/same_contact_id.html", {"calls": calls})


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
