from concurrent.futures import ThreadPoolExecutor

from django.db import connection, transaction

from calls.models import Call
from tests.calls.world import World
from tests.journeys.stack import until
from tests.transcripts.test_intake import final, lens
from transcripts.models import Segment


def someone_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return bool(cursor.fetchone()[0])


def test_a_batch_that_waits_for_a_call_that_another_makes_keeps_no_known_call_from_it(world_apart: World) -> None:
    world = world_apart
    world.bring(lens("STARTED", "known"), stream=world.lens)
    said = [lens("SEGMENTS", contact, final("Hello", 1000)) for contact in ("known", "new")]

    def bring() -> int:
        try:
            return world.bring(*said, stream=world.lens)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            Call.objects.create(instance=world.instance, contact_id="new", root_contact_id="new")
            brought = pool.submit(bring)
            until(someone_waits, "the batch waits for the new call")
            Call.objects.select_for_update(nowait=True).get(contact_id="known")
        assert brought.result() == 0
    calls = set(Call.objects.values_list("pk", flat=True))
    assert len(calls) == Segment.objects.filter(call_id__in=calls).count() == 2
