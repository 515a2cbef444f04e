from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_POST

from calls.models import Call, Flag
from dashboard.access import SignedIn, needs

from .saying import said


@require_POST
@needs("acknowledge")
def flag(request: SignedIn, pk: int) -> HttpResponse:
    """What the person saw to want is said, not turned round: two who click at once want the same."""
    call = get_object_or_404(Call.objects.visible_to(request.user), pk=pk)
    if request.POST.get("is_flagged"):
        words = "Flagged." if Flag.put_on(call, by=request.user) else "It was flagged already."
    else:
        words = "The flag is off." if Flag.take_off(call) else "The flag was off already."
    return said(request, words, back_to=reverse("wall"))
