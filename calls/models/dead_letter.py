from __future__ import annotations

import hashlib

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from .moments import in_seconds

AT_ONCE = 1000


class DeadLetterQuerySet(models.QuerySet["DeadLetter"]):
    def whole(self) -> DeadLetterQuerySet:
        return self.filter(expired_at=None)

    def ask_for_replay(self) -> int:
        return self.whole().update(replay_asked_at=Now())

    def expire(self) -> int:
        """Throw away the bytes of what last came over DEAD_LETTER_DAYS ago: how many, of a bounded number."""
        old = self.whole().filter(last_seen_at__lt=in_seconds(-settings.DEAD_LETTER_DAYS * 24 * 3600))
        oldest = list(old.order_by("last_seen_at").values_list("pk", flat=True)[:AT_ONCE])
        return self.filter(pk__in=oldest).whole().update(data=b"", expired_at=Now(), replay_asked_at=None)


class DeadLetter(models.Model):
    """A record that could not be used, whole: one per distinct bytes of a stream, with a count.

    Its bytes hold people's words and numbers, so they expire; that it came, how often and why it was of no use, stays.
    """

    stream = models.ForeignKey("calls.Stream", models.CASCADE, related_name="dead_letters")
    digest = models.BinaryField(max_length=32)
    data = models.BinaryField()
    reason = models.CharField(max_length=300)
    count = models.PositiveIntegerField(default=1)
    first_seen_at = models.DateTimeField(auto_now_add=True)
    last_seen_at = models.DateTimeField(auto_now_add=True)
    replayed_at = models.DateTimeField(null=True)
    replay_asked_at = models.DateTimeField(null=True, help_text="Somebody wants it replayed, and a sweep will.")
    expired_at = models.DateTimeField(null=True, help_text="When its bytes were thrown away.")

    objects = DeadLetterQuerySet.as_manager()

    class Meta:
        ordering = ["-last_seen_at"]
        constraints = [models.UniqueConstraint(fields=["stream", "digest"], name="one_letter_per_bytes")]
        indexes = [
            models.Index(fields=["last_seen_at"], condition=models.Q(expired_at=None), name="letter_unexpired"),
            models.Index(
                fields=["replay_asked_at"], condition=models.Q(replay_asked_at__isnull=False), name="letter_asked"
            ),
        ]

    def __str__(self) -> str:
        return self.reason

    @staticmethod
    def digest_of(data: bytes) -> bytes:
        return hashlib.sha256(data).digest()
