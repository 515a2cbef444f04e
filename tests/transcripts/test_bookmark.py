"""What a mark for coaching keeps of its turn."""

from calls.models import Call, Person
from tests.calls.world import World
from transcripts.models import Bookmark, Segment

from .test_intake import final, lens, piece

CARD = ("it is 4111 1111 1111", "1111 thanks")


def mark(call: Call, turn: Segment) -> Bookmark:
    return Bookmark.put(
        call, turn, speaker="Customer", comment="", by=Person.objects.get_or_create(username="alice")[0]
    )


def say(world: World, *segments: dict[str, object]) -> Call:
    assert world.bring(lens("SEGMENTS", "c1", *segments), stream=world.lens) == 0
    return world.call("c1")


def test_digits_that_prove_to_be_of_a_card_go_from_the_mark_too(world: World) -> None:
    call = say(world, final(CARD[0], 1000, "t1"), final("Thanks.", 9000, "t0"))
    marks = [mark(call, turn) for turn in Segment.objects.order_by("turn_id")]
    say(world, final(CARD[1], 3000, "t2"))
    for each in marks:
        each.refresh_from_db()
    assert [each.words for each in marks] == ["Thanks.", "it is [card number]"]


def test_digits_that_are_masked_while_their_turn_is_being_marked_are_not_kept(world: World) -> None:
    call = say(world, final(CARD[0], 1000, "t1"))
    read_before = Segment.objects.get()
    say(world, final(CARD[1], 3000, "t2"))
    assert mark(call, read_before).words == "it is [card number]"


def test_a_mark_at_a_piece_that_is_taken_off_the_screen_keeps_no_words(world: World) -> None:
    call = say(world, piece("It is four", 1000, turn="p1000"))
    marked = mark(call, Segment.objects.get())
    say(world, final("It is four.", 1000, "t1"))
    marked.refresh_from_db()
    assert marked.words == ""


def test_marks_of_other_calls_are_left_alone(world: World) -> None:
    world.bring(lens("SEGMENTS", "c2", final("Another.", 1000, "t1")), stream=world.lens)
    other = mark(world.call("c2"), Segment.objects.get())
    say(world, piece("It is", 1000, turn="t1"))
    say(world, final("It is mine.", 1000, "t1"))
    other.refresh_from_db()
    assert other.words == "Another."
