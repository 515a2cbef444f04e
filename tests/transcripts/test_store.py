from tests.calls.world import World
from tests.transcripts.test_intake import final, lens
from transcripts.models import Segment


def test_turns_are_kept_by_call_and_turn_and_read_in_the_order_of_speech(world: World) -> None:
    world.bring(
        lens("SEGMENTS", "c1", final("second", 5000, turn="a"), final("first", 1000, turn="b")), stream=world.lens
    )
    world.bring(lens("SEGMENTS", "c2", final("other", 1000, turn="a")), stream=world.lens)
    mine = Segment.objects.filter(call_id=world.call("c1").pk).order_by("begin_ms")
    assert list(mine.values_list("content", flat=True)) == ["first", "second"]
    assert Segment.objects.count() == 3
