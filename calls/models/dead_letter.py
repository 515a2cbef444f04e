import hashlib

from django.db import models


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
