from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F
from django.db.models.functions import Now
from django.db.transaction import atomic
from django.utils import timezone

from calls.models import Call
from transcripts.models.segment import Segment

if TYPE_CHECKING:
    from calls.models import Person

LONGEST_COMMENT = 2000  # characters
COMES_BACK_FOR = timedelta(hours=1)


class Bookmark(models.Model):
    """A turn that somebody marked for coaching, with a comment.

    The turn's words are kept with it, so that whoever lists marks reads no turns. They change as the turn does, and go
    when the words of its month go. Each write counts its call up, so that the pages which show its marks are told.
    """

    call = models.ForeignKey("calls.Call", models.CASCADE, related_name="bookmarks")
    turn_id = models.CharField(max_length=256)
    speaker = models.CharField(max_length=256, blank=True)
    offset_ms = models.BigIntegerField(null=True, help_text="When the turn began, where it tells so.")
    said_at = models.DateTimeField(null=True)
    words = models.TextField(help_text="Of the turn, as it read.")
    comment = models.TextField(blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
    at = models.DateTimeField(db_default=Now())
    removed_at = models.DateTimeField(null=True, help_text="It comes back when its maker wants it back.")

    class Meta:
        ordering = ["at", "pk"]
        indexes = [models.Index(fields=["call", "at"], name="bookmark_of_call")]

    def __str__(self) -> str:
        return f"Bookmark of call {self.call_id}"

    @classmethod
    @atomic
    def put(cls, call: Call, turn: Segment, *, speaker: str, comment: str, by: Person) -> Bookmark:
        _count_up(call.pk)
        turn.refresh_from_db(fields=["content"])  # whoever changed it meanwhile knew of no mark
        return cls.objects.create(
            call=call,
            turn_id=turn.turn_id,
            speaker=speaker,
            offset_ms=turn.begin_ms,
            said_at=turn.said_at,
            words=turn.content,
            comment=comment[:LONGEST_COMMENT],
            by=by,
        )

    @property
    def comes_back(self) -> bool:
        return self.removed_at is not None and timezone.now() < self.removed_at + COMES_BACK_FOR

    def say(self, comment: str, *, by: Person) -> bool:
        """Another comment; False if it is another's mark, or none any more."""
        return self._change(by, removed_at=None, to={"comment": comment[:LONGEST_COMMENT]})

    @atomic
    def remove(self, *, by: Person) -> bool:
        """Taken off; only the last one can be put back, what was removed before goes for good."""
        before = Bookmark.objects.filter(by=by, removed_at__isnull=False).exclude(pk=self.pk)
        _count_up(self.call_id, *before.values_list("call_id", flat=True))
        if not self._change(by, removed_at=None, to={"removed_at": Now()}):
            return False
        before.delete()
        return True

    def put_back(self, *, by: Person) -> bool:
        return self._change(by, removed_at__isnull=False, to={"removed_at": None})

    @atomic
    def _change(self, by: Person, *, to: dict[str, object], **standing: object) -> bool:
        _count_up(self.call_id)
        return bool(Bookmark.objects.filter(pk=self.pk, by=by, **standing).update(**to))


def _count_up(*call_ids: int) -> None:
    """A trigger does; what is written is as it was. Locked in order first, as everywhere."""
    locked = Call.objects.filter(pk__in=call_ids).order_by("pk").select_for_update()
    Call.objects.filter(pk__in=[call.pk for call in locked.only("pk")]).update(number=F("number"))
