from datetime import datetime, timedelta

from django.core.paginator import Paginator
from django.db.models import Case as Choice
from django.db.models import F, Q, QuerySet, Value, When
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from calls.models import Call, Case, Person
from calls.models.call import Promise
from dashboard.access import SignedIn, needs
from dashboard.figures.day import midnight

from .live_page import live_page

PROMISES_PER_PAGE = 50
BROKEN_FOR_DAYS = 7
SHOWS = {"all": "All", "broken": "Broken", "open": "Open", "kept": "Kept today"}


@needs("cases")
def promises(request: SignedIn) -> HttpResponse:
    """Callers whom nobody talked to and who were passed on; `show` in the address says which of them."""
    show = request.GET.get("show", "all")
    show = show if show in SHOWS else "all"
    live = live_page("cases")
    found = _listed(request.user)
    page = Paginator(found if show == "all" else found.filter(promise=show), PROMISES_PER_PAGE).get_page(
        request.GET.get("page")
    )
    context = {"page": page, "show": show, "shows": SHOWS, "live": live, "days": BROKEN_FOR_DAYS}
    return render(request, "pages/promises.html", context)


def _listed(person: Person) -> QuerySet[Call]:
    """Who still waits first, and of those whoever has waited longest; below them what was kept today."""
    urgency = Choice(When(promise=Promise.BROKEN, then=Value(0)), When(promise=Promise.OPEN, then=Value(1)), default=2)
    waits_since = Choice(When(promise=Promise.KEPT, then=None), default=F("ended_at"))
    found = Call.objects.visible_to(person).filter(_of_now(person)).select_related("instance", "case")
    return found.defer("record", "evidence").order_by(urgency, waits_since, F("ended_at").desc(nulls_last=True), "-pk")


def _of_now(person: Person) -> Q:
    lately: datetime = timezone.now() - timedelta(days=BROKEN_FOR_DAYS)
    is_followed_up = Q(case__isnull=False, case__state=Case.State.CLOSED)
    return (
        Q(promise=Promise.OPEN)
        | (Q(promise=Promise.BROKEN, ended_at__gte=lately) & ~is_followed_up)
        | Q(promise=Promise.KEPT, ended_at__gte=midnight(person.time_zone))
    )
