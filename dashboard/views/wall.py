from django.db.models import prefetch_related_objects
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render

from calls.models import Alert
from calls.models.call import IN_PROGRESS, Stage
from calls.rights import rights_of
from calls.scope import Scope
from dashboard.access import SignedIn, needs, scope_of
from dashboard.figures.agent_grid import agents_in_order, groups, whole_agents
from dashboard.figures.looker import Looker
from dashboard.figures.wall import wall_figures
from dashboard.templatetags.stages import EVENTS
from dashboard.templatetags.telling import newest_first

from .live_page import live_page
from .views import asked
from .wall_list import WallList
from .wall_query import NOT_TOLD, WallQuery

ALERTS_SHOWN = 100
AGENTS_AT_ONCE = 100  # the others come over the socket
# Values and their words; what has none is told by the rows.
FILTERS = (
    ("queue", "Queue", ()),
    ("agent", "Agent", ()),
    ("stage", "Stage", tuple((stage.value, Stage(stage).label) for stage in IN_PROGRESS)),
    (
        "mood",
        "Mood",
        (
            ("NEGATIVE", "negative"),
            ("MIXED", "mixed"),
            ("NEUTRAL", "even"),
            ("POSITIVE", "positive"),
            (NOT_TOLD, "not told"),
        ),
    ),
    ("category", "Category", ()),
)
# Each with the key that its header sorts by.
COLUMNS = (
    ("caller", "Caller", "caller"),
    ("stage", "Stage", "stage"),
    ("since", "In stage", "since"),
    ("queue", "Queue", "queue"),
    ("agent", "Agent", "agent"),
    ("mood", "Mood", "mood"),
    ("matches", "Matches", ""),
    ("words", "Last words", ""),
    ("age", "Data age", "age"),
)
ORDERS = (
    ("worst", "worst first"),
    ("-worst", "best first"),
    ("began", "longest call first"),
    ("-began", "newest call first"),
    ("since", "longest in its stage first"),
    ("-since", "shortest in its stage first"),
    ("mood", "worst mood first"),
    ("-mood", "best mood first"),
    ("stage", "by stage"),
    ("-stage", "by stage, the last first"),
    ("queue", "by queue"),
    ("-queue", "by queue, Z to A"),
    ("agent", "by agent"),
    ("-agent", "by agent, Z to A"),
    ("caller", "by customer"),
    ("-caller", "by customer, Z to A"),
    ("age", "oldest data first"),
    ("-age", "newest data first"),
    ("flagged", "flagged first"),
    ("-flagged", "flagged last"),
)


def wall(request: HttpRequest) -> HttpResponseBase:
    """The live room; whoever may not see it is led to the dropped calls."""
    if request.user.is_authenticated:
        prefetch_related_objects([request.user], "groups", "teams")  # many ask for them
    rights = rights_of(request.user)
    if "wall" not in rights and "cases" in rights:
        return redirect("cases")
    return _wall(request)


@needs("wall")
def _wall(request: SignedIn) -> HttpResponse:
    is_alerted = "acknowledge" in rights_of(request.user)
    live = live_page("wall", *(["alerts"] if is_alerted else []))
    scope, agents = scope_of(request), agents_in_order(scope_of(request))
    counted = wall_figures(Looker.of(scope, rights_of(request.user), request.user.time_zone), agents)
    context = {
        "live": live,
        "is_alerted": is_alerted,
        "list": WallList.of(scope, WallQuery.of(asked(request))),
        "filters": FILTERS,
        "columns": COLUMNS,
        "orders": ORDERS,
        "groups": groups(request.user, whole_agents(scope, agents[:AGENTS_AT_ONCE])),
        "wall": counted,
        "is_staged": not counted.sources.kinds.isdisjoint(EVENTS),
    }
    if is_alerted:
        context["alerts"] = _alerts(scope)
    return render(request, "pages/wall.html", context)


def _alerts(scope: Scope) -> list[Alert]:
    alerts = Alert.objects.visible_in(scope).unseen().order_by("-at")[:ALERTS_SHOWN]
    return sorted(
        alerts.select_related("call__instance", "call__case", "queue"),
        key=lambda alert: newest_first(alert.at),
    )
