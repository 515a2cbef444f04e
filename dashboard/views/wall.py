from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render

from calls.models import Alert, Call, Case, Person, Stream
from calls.outcomes import OUTCOMES
from calls.rights import rights_of
from dashboard.access import SignedIn, needs
from dashboard.templatetags.telling import newest_first, order
from transcripts.last_words import with_last_words

from .live_page import Context, live_page

ALERTS_SHOWN = 100
DROPS = [name for name, outcome in OUTCOMES.items() if outcome.is_drop]


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
    context = {"live": live, "is_alerted": is_alerted}
    if is_alerted:
        context["alerts"] = _alerts(request.user)
    return render(request, "pages/wall.html", context | {"calls": _calls(request.user)} | _figures(request.user))


@needs("wall")
def figures(request: SignedIn) -> HttpResponse:
    return render(request, "pages/figures.html", _figures(request.user))


def _calls(person: Person) -> list[Call]:
    calls = Call.objects.visible_to(person).in_progress().defer("record", "evidence")
    return sorted(with_last_words(calls.select_related("instance", "conversation", "caller", "case")), key=order)


def _alerts(person: Person) -> list[Alert]:
    alerts = Alert.objects.visible_to(person).unseen().order_by("-at")[:ALERTS_SHOWN]
    return sorted(
        alerts.select_related("call__instance", "call__case", "call__conversation"),
        key=lambda alert: newest_first(alert.at),
    )


def _figures(person: Person) -> Context:
    """A figure that no configured stream can know is None."""
    kinds = _kinds_of_streams(person)
    calls = Call.objects.visible_to(person)
    in_progress = calls.in_progress().count() if Stream.Kind.CONTACT_LENS in kinds else None
    dropped = calls.filter(outcome__in=DROPS, is_provisional=False, ended_at__gte=_midnight(person))
    return {
        "kinds": kinds,
        "has_team": person.is_superuser or person.teams.exists(),
        "in_progress": in_progress,
        "dropped_today": dropped.count() if Stream.Kind.CONTACT_RECORDS in kinds else None,
        "open_cases": Case.objects.visible_to(person).open().count() if "cases" in rights_of(person) else None,
    }


def _midnight(person: Person) -> datetime:
    return datetime.now(ZoneInfo(person.time_zone)).replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)


def _kinds_of_streams(person: Person) -> set[str]:
    streams = Stream.objects.all()
    if not person.is_superuser:
        streams = streams.filter(instance__teams__members=person)
    return set(streams.values_list("kind", flat=True))
