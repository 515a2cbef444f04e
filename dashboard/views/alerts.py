from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_POST

from calls.models import Alert
from dashboard.access import SignedIn, needs

from .saying import said


@require_POST
@needs("acknowledge")
@transaction.atomic
def acknowledge(request: SignedIn, pk: int) -> HttpResponse:
    alert = get_object_or_404(Alert.objects.visible_to(request.user), pk=pk)
    if alert.acknowledge(by=request.user):
        words = "Acknowledged."
    else:
        alert.refresh_from_db()
        words = f"{alert.acknowledged_by or 'Somebody'} had acknowledged it before."
    return said(request, words, back_to=reverse("wall"))
