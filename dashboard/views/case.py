from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from calls.models import Call, Case
from calls.nudges import nudge
from calls.rights import rights_of
from dashboard.access import SignedIn, needs
from dashboard.templatetags.cases import dispositions

from .live_page import live_page
from .saying import said


@needs("cases")
def case(request: SignedIn, pk: int) -> HttpResponse:
    return _page(request, _found(request, pk))


def _page(request: SignedIn, case: Case, number: str = "") -> HttpResponse:
    live = live_page(f"case:{case.pk}")
    calls = Call.objects.visible_to(request.user).filter(case=case).select_related("instance").order_by("-ended_at")
    context = {
        "live": live,
        "case": case,
        "calls": calls,
        "hidden_calls": case.calls.count() - len(calls),
        "entries": case.entries.select_related("by"),
        "may_reveal": "reveal" in rights_of(request.user),
        "number": number,
    }
    return render(request, "pages/case.html", context)


def _found(request: SignedIn, pk: int) -> Case:
    cases = Case.objects.visible_to(request.user).select_related("instance", "owner", "caller", "org")
    return get_object_or_404(cases.prefetch_related("calls"), pk=pk)


@require_POST
@needs("work")
def take(request: SignedIn, pk: int) -> HttpResponse:
    case = _found(request, pk)
    if case.take(by=request.user):
        return _told(request, case, "The case is yours.")
    return _told(request, case, _who_has_it(case))


@require_POST
@needs("work")
def give_back(request: SignedIn, pk: int) -> HttpResponse:
    case = _found(request, pk)
    if case.give_back(by=request.user):
        return _told(request, case, "Given back: anybody may take it.")
    return _told(request, case, f"Not given back. {_who_has_it(case)}")


@require_POST
@needs("work")
def close(request: SignedIn, pk: int) -> HttpResponse:
    case = _found(request, pk)
    disposition = request.POST.get("disposition", "")
    if disposition not in dict(dispositions()):
        return _told(request, case, "Not closed: no such disposition.")
    if case.close(by=request.user, disposition=disposition):
        return _told(request, case, f"Closed: {case.get_disposition_display()}.")
    return _told(request, case, f"Not closed. {_who_has_it(case)}")


@require_POST
@needs("work")
def reopen(request: SignedIn, pk: int) -> HttpResponse:
    case = _found(request, pk)
    if case.reopen(by=request.user):
        return _told(request, case, "Open again, and yours.")
    if case.is_open:
        return _told(request, case, f"Open already. {_who_has_it(case)}")
    return _told(request, case, "Not reopened: the caller has another open case.")


@require_POST
@needs("work")
def mirror_again(request: SignedIn, pk: int) -> HttpResponse:
    case = _found(request, pk)
    if case.mirror_again(by=request.user):
        return _told(request, case, "On its way to Salesforce again.")
    return _told(request, case, "It is no longer refused.")


@require_POST
@needs("reveal")
@never_cache
@transaction.atomic
def reveal(request: SignedIn, pk: int) -> HttpResponse:
    """The caller's number, and a line on the time line that says who saw it."""
    case = _found(request, pk)
    entry = case.reveal(by=request.user)
    entry.refresh_from_db()
    transaction.on_commit(nudge)
    if request.htmx:
        return render(request, "pages/number.html", {"number": case.phone, "entry": entry})
    return _page(request, case, number=case.phone)


def _told(request: SignedIn, case: Case, words: str) -> HttpResponse:
    is_row = request.htmx and request.htmx.target != "case"
    case = _found(request, case.pk) if Case.objects.visible_to(request.user).filter(pk=case.pk).exists() else case
    html = render_to_string("live/case_row.html" if is_row else "live/case_facts.html", {"case": case})
    return said(request, words, html, back_to=case.get_absolute_url())


def _who_has_it(case: Case) -> str:
    if case.state == Case.State.CLOSED:
        return f"{case.owner or 'Somebody'} closed it before."
    return f"{case.owner} has it." if case.owner else "Nobody has it."
