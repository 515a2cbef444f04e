from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render

from calls.models import Alert, Call, Person
from calls.rights import rights_of
from dashboard.access import SignedIn, needs
from dashboard.figures.agent_grid import agents_shown, groups
from dashboard.figures.drops import with_earlier_drops
from dashboard.figures.wall import wall_figures, wall_rates
from dashboard.templatetags.stages import EVENTS, waiting_order, wall_order
from dashboard.templatetags.telling import newest_first
from transcripts.last_words import with_last_words

from .live_page import live_page

ALERTS_SHOWN = 100


def wall(request: HttpRequest) -> HttpResponseBase:
    """The live room; whoever may not see it is led to the dropped calls."""
    rights = rights_of(request.user)
    if "wall" not in rights and "cases" in rights:
        return redirect("cases")
    return _wall(request)


@needs("wall")
def _wall(request: SignedIn) -> HttpResponse:
    is_alerted = "acknowledge" in rights_of(request.user)
    live = live_page("wall", *(["alerts"] if is_alerted else []))
    calls, agents = _calls(request.user), agents_shown(request.user)
    counted = wall_figures(request.user, agents)
    context = {
        "live": live,
        "is_alerted": is_alerted,
        "calls": sorted((call for call in calls if not call.waits), key=wall_order),
        "waiting": sorted((call for call in calls if call.waits), key=waiting_order),
        "groups": groups(request.user, agents),
        "wall": counted,
        "rates": wall_rates(request.user),
        "is_staged": not counted.sources.kinds.isdisjoint(EVENTS),
    }
    if is_alerted:
        context["alerts"] = _alerts(request.user)
    return render(request, "pages/wall.html", context)


@needs("wall")
def figures(request: SignedIn) -> HttpResponse:
    return render(request, "pages/figures.html", {"wall": wall_figures(request.user)})


@needs("wall")
def rates(request: SignedIn) -> HttpResponse:
    return render(request, "pages/rates.html", {"rates": wall_rates(request.user)})


def _calls(person: Person) -> list[Call]:
    calls = Call.objects.visible_to(person).in_progress().defer("record", "evidence")
    calls = calls.select_related("instance", "conversation", "caller", "case")
    return list(with_earlier_drops(with_last_words(calls)))


def _alerts(person: Person) -> list[Alert]:
    alerts = Alert.objects.visible_to(person).unseen().order_by("-at")[:ALERTS_SHOWN]
    return sorted(
        alerts.select_related("call__instance", "call__case", "call__conversation"),
        key=lambda alert: newest_first(alert.at),
    )
