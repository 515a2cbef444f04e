"""Which calls in progress have these words said in them. The words travel in a body, and stay nowhere."""

from django.db import OperationalError, connection, transaction
from django.db.models import Exists, OuterRef
from django.http import JsonResponse
from django.views.decorators.http import require_POST

from calls.models import Call, Person
from dashboard.access import SignedIn, needs
from transcripts.models import Segment

SHORTEST, LONGEST = 2, 200
MOST_CALLS = 5000
WITHIN_MS = 1500  # every browser that looks for words asks again and again


@require_POST
@needs("wall")
def heard(request: SignedIn) -> JsonResponse:
    """{"calls": [pk, …]}, none for words that are too short or too long; 503 when looking takes too long."""
    words = request.POST.get("text", "").strip().replace("\x00", "")
    if not SHORTEST <= len(words) <= LONGEST:
        return JsonResponse({"calls": []})
    try:
        return JsonResponse({"calls": calls_with(request.user, words)})
    except OperationalError:
        return JsonResponse({"why": "Looking for these words takes too long just now."}, status=503)


def calls_with(person: Person, words: str) -> list[int]:
    """Of each call its own turns are read, from the index by call; what was taken off the screen says nothing."""
    turns = Segment.objects.filter(filed_on=OuterRef("filed_on"), call_id=OuterRef("pk"), is_gone=False)
    calls = Call.objects.visible_to(person).in_progress().filter(Exists(turns.filter(content__icontains=words)))
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL statement_timeout = {WITHIN_MS}")
        return list(calls.values_list("pk", flat=True)[:MOST_CALLS])
