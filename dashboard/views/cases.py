from django.core.paginator import Paginator
from django.db.models import Count, F, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST
from django_htmx.http import trigger_client_event

from calls.models import Case, Person
from calls.outcomes import OUTCOMES
from calls.rights import rights_of
from dashboard.access import SignedIn, needs
from dashboard.templatetags.cases import dispositions

from .live_page import live_page
from .saying import said

CASES_PER_PAGE = 100
SHOWS = {"open": "Open", "mine": "Mine", "free": "Nobody's", "closed": "Closed"}


@needs("cases")
def cases(request: SignedIn) -> HttpResponse:
    """The list of follow-ups; `show` and any number of `cause` in the address say which."""
    show = request.GET.get("show", "open")
    show = show if show in SHOWS else "open"
    causes = [cause for cause in request.GET.getlist("cause") if cause in OUTCOMES]
    live = live_page("cases")
    visible = Case.objects.visible_to(request.user)
    shown = _of(visible, show, request.user)
    page = Paginator(_listed(shown.filter(cause__in=causes) if causes else shown, show), CASES_PER_PAGE).get_page(
        request.GET.get("page")
    )
    context = {
        "page": page,
        "show": show,
        "shows": SHOWS,
        "causes": causes,
        "known_causes": [(name, OUTCOMES[name].label) for name in _causes(shown, causes)],
        "may_bulk": "bulk" in rights_of(request.user),
        # What comes new belongs on top of the first page of the open ones.
        "live": live if show != "closed" and page.number == 1 else None,
    }
    return render(request, "pages/cases.html", context | _figures(request.user))


@needs("cases")
def figures(request: SignedIn) -> HttpResponse:
    return render(request, "pages/case_figures.html", _figures(request.user))


def _figures(person: Person) -> dict[str, int]:
    still_open = Case.objects.visible_to(person).open()
    return {
        "open_count": still_open.count(),
        "free_count": still_open.filter(owner=None).count(),
        "mine_count": still_open.filter(owner=person).count(),
    }


def _of(cases: QuerySet[Case], show: str, person: Person) -> QuerySet[Case]:
    still_open = ~Q(state=Case.State.CLOSED)
    return cases.filter(
        {
            "open": still_open,
            "mine": still_open & Q(owner=person),
            "free": still_open & Q(owner=None),
            "closed": Q(state=Case.State.CLOSED),
        }[show]
    )


def _listed(cases: QuerySet[Case], show: str) -> QuerySet[Case]:
    newest = F("closed_at" if show == "closed" else "last_drop_at").desc(nulls_last=True)
    return cases.select_related("instance", "owner", "caller", "org").prefetch_related("calls").order_by(newest, "-pk")


def _causes(cases: QuerySet[Case], chosen: list[str]) -> list[str]:
    counted = cases.order_by().values("cause").annotate(n=Count("pk")).values_list("cause", flat=True)
    return [name for name in OUTCOMES if name in {*counted, *chosen}]


@require_POST
@needs("bulk")
def take_several(request: SignedIn) -> HttpResponse:
    picked = _picked(request)
    taken = sum(case.take(by=request.user) for case in picked)
    return _told(request, "taken", taken, len(picked), "were not free any more")


@require_POST
@needs("bulk")
def close_several(request: SignedIn) -> HttpResponse:
    disposition = request.POST.get("disposition", "")
    if disposition not in dict(dispositions()):
        return said(request, "Nothing closed: no such disposition.", back_to=reverse("cases"))
    picked = _picked(request)
    closed = sum(case.close(by=request.user, disposition=disposition) for case in picked)
    return _told(request, "closed", closed, len(picked), "are another person's, or closed already")


def _picked(request: SignedIn) -> list[Case]:
    """In the order of their ids, in which rows are locked everywhere."""
    ids = [int(pk) for pk in request.POST.getlist("case") if pk.isascii() and pk.isdigit() and len(pk) < 19]
    return list(Case.objects.visible_to(request.user).filter(pk__in=ids).order_by("pk"))


def _told(request: SignedIn, verb: str, done: int, picked: int, otherwise: str) -> HttpResponse:
    if not picked:
        words = "No case was selected."
    else:
        words = f"{done} {verb}." if done == picked else f"{done} of {picked} {verb}; the others {otherwise}."
    response = said(request, words, back_to=reverse("cases"))
    return trigger_client_event(response, "refresh") if request.htmx else response
