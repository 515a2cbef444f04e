import hashlib

from django.db import models


class DeadLetter(models.Model):
    """A record that could not be used, whole: one per distinct bytes of a stream, with a count."""

    stream = models.ForeignKey("calls.Stream", models.CASCADE, related_name="dead_letters")
    digest = models.BinaryField(max_length=32)
    data = models.BinaryField()
    reason = models.CharField(max_length=300)
    count = models.PositiveIntegerField(default=1)
    first_seen_at = models.DateTimeField(auto_now_add=True)
    last_seen_at = models.DateTimeField(auto_now_add=True)
    replayed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-last_seen_at"]
        constraints = [models.UniqueConstraint(fields=["stream", "digest"], name="one_letter_per_bytes")]

    def __str__(self) -> str:
        return self.reason

    @staticmethod
    def digest_of(data: bytes) -> bytes:
        return hashlib.sha256(data).digest()
