"""The inbox of alerts, and what a person does about one or several of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.core.paginator import Page, Paginator
from django.db import transaction
from django.db.models import Max
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_POST
from django_htmx.http import trigger_client_event

from calls.models import Alert, Person, Queue
from calls.scope import Scope
from dashboard.access import SignedIn, needs
from dashboard.figures.sources import Sources
from dashboard.templatetags.alerts import SNOOZES

from .alert_query import SHOWS, AlertQuery
from .live_page import live_page
from .saying import said

NEW_SHOWN = 100
PER_PAGE = 50
NEIGHBOURS = ("call__instance", "call__case", "queue__instance", "acknowledged_by", "snoozed_by", "closed_by")

# What is done to an alert by whoever asks; whether it could be.
Verb = Callable[[Alert, Person], bool]


@needs("acknowledge")
def alerts(request: SignedIn) -> HttpResponse:
    live = live_page("alerts")  # before the rows are read
    asked = AlertQuery.of(request.GET)
    context = {
        "live": live,
        "told_by": Sources.of(Scope.of(request.user)).kinds,
        "asked": asked,
        "shows": SHOWS,
        "page": _page(request, asked),
        "kinds": Alert.Kind.choices,
        "severities": Alert.Severity.choices,
        "queues": _queues(request.user, asked.queues),
    }
    return render(request, "pages/alerts.html", context)


def _page(request: SignedIn, asked: AlertQuery) -> Page[Alert]:
    found = asked.narrowed(asked.of_list(Alert.objects.visible_to(request.user)))
    per_page = NEW_SHOWN if asked.show == "new" else PER_PAGE
    return Paginator(found.select_related(*NEIGHBOURS).order_by("-at", "-pk"), per_page).get_page(
        request.GET.get("page")
    )


def _queues(person: Person, chosen: Iterable[str]) -> list[tuple[str, str]]:
    names = Queue.objects.filter(Scope.of(person).queues()).exclude(name="").values_list("name", flat=True)
    return [(name, name) for name in sorted({*names, *chosen})]


# Each for one alert by its address, or for several that are picked.


@require_POST
@needs("acknowledge")
@transaction.atomic
def acknowledge(request: SignedIn, pk: int | None = None) -> HttpResponse:
    return _do(request, _picked(request, pk), lambda alert, by: alert.acknowledge(by=by), "acknowledged")


@require_POST
@needs("acknowledge")
@transaction.atomic
def snooze(request: SignedIn, pk: int | None = None) -> HttpResponse:
    picked = _picked(request, pk)
    minutes = {str(minutes): minutes for minutes, _ in SNOOZES}.get(request.POST.get("minutes", ""))
    if minutes is None:
        return said(request, "Not snoozed: for 5, 15 or 60 minutes only.", back_to=reverse("alerts"))
    return _do(
        request, picked, lambda alert, by: alert.snooze(by=by, seconds=minutes * 60), f"asleep for {minutes} min"
    )


@require_POST
@needs("acknowledge")
@transaction.atomic
def close(request: SignedIn, pk: int | None = None) -> HttpResponse:
    return _do(request, _picked(request, pk), lambda alert, by: alert.close(by=by), "closed")


@require_POST
@needs("acknowledge")
@transaction.atomic
def renew(request: SignedIn, pk: int | None = None) -> HttpResponse:
    """Also what undoes the others."""
    return _do(request, _picked(request, pk), lambda alert, _: alert.renew(), "new again", may_undo=False)


def _picked(request: SignedIn, pk: int | None) -> list[Alert]:
    """In the order of their ids, in which rows are locked everywhere."""
    mine = Alert.objects.visible_to(request.user)
    if pk is not None:
        return [get_object_or_404(mine, pk=pk)]
    ids = [int(pk) for pk in request.POST.getlist("alert") if pk.isascii() and pk.isdigit() and len(pk) < 19]
    return list(mine.filter(pk__in=ids).order_by("pk"))


def _do(request: SignedIn, picked: list[Alert], verb: Verb, words: str, *, may_undo: bool = True) -> HttpResponse:
    done = [alert for alert in picked if verb(alert, request.user)]
    undo = {"path": reverse("renew_alerts"), "alert": [alert.pk for alert in done]} if done and may_undo else None
    response = said(request, _told(picked, done, words), back_to=reverse("alerts"), undo=undo)
    # The row of one goes by itself; after several the page is fetched again.
    is_one = request.resolver_match is not None and "pk" in request.resolver_match.kwargs
    return trigger_client_event(response, "refresh") if request.htmx and not is_one else response


def _told(picked: list[Alert], done: list[Alert], words: str) -> str:
    if not picked:
        return "No alert was selected, or none that is there any more."
    if len(picked) == 1:
        return f"{words.capitalize()}." if done else _who_was_first(picked[0])
    others = "" if len(done) == len(picked) else "; somebody had seen to the others"
    return f"{len(done)} of {len(picked)} {words}{others}."


def _who_was_first(alert: Alert) -> str:
    alert = Alert.objects.select_related("acknowledged_by", "snoozed_by", "closed_by").get(pk=alert.pk)
    if alert.closed_at:
        if alert.closed_by:
            return f"{alert.closed_by} had closed it before{', and what it told of is over' if alert.is_past else ''}."
        return "It is over by itself."
    if alert.acknowledged_at:
        return f"{alert.acknowledged_by or 'Somebody'} had acknowledged it before."
    return f"{alert.snoozed_by or 'Somebody'} had snoozed it before." if alert.snoozed_until else "It is new already."


@require_POST
@needs("acknowledge")
def mark_seen(request: SignedIn) -> HttpResponse:
    """Up to the newest that is there: one that is being written now is not, and stays unread."""
    newest = Alert.objects.visible_to(request.user).aggregate(at=Max("at"))["at"]
    if newest:
        Person.objects.filter(pk=request.user.pk).update(alerts_seen_at=newest)
    response = said(request, "All alerts are marked as seen.", back_to=reverse("alerts"))
    return trigger_client_event(response, "refresh") if request.htmx else response
