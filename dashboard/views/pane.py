from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache

from dashboard.access import SignedIn, needs

from .call import calls_of
from .turns import transcript

TURNS_SHOWN = 60


@never_cache
@needs("wall")
def pane(request: SignedIn, pk: int) -> HttpResponse:
    """One call beside the wall's list: who, why, and what was said last."""
    found = get_object_or_404(calls_of(request.user), pk=pk)
    return render(request, "pages/pane.html", {"call": found} | transcript(found, TURNS_SHOWN))
