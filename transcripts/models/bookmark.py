from django.conf import settings
from django.db import models
from django.db.models.functions import Now


class Bookmark(models.Model):
    """A turn that somebody marked for coaching, with a comment. The turn's words are kept with it: turns expire."""

    call = models.ForeignKey("calls.Call", models.CASCADE, related_name="bookmarks")
    turn_id = models.CharField(max_length=256)
    speaker = models.CharField(max_length=256, blank=True)
    offset_ms = models.BigIntegerField(null=True, help_text="When the turn began, where it tells so.")
    said_at = models.DateTimeField(null=True)
    words = models.TextField(help_text="Of the turn, as it read.")
    comment = models.TextField(blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["at", "pk"]
        indexes = [models.Index(fields=["call", "at"], name="bookmark_of_call")]

    def __str__(self) -> str:
        return f"Bookmark of call {self.call_id}"
