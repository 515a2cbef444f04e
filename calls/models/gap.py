from django.db import models


class Gap(models.Model):
    """Records of a shard that Kinesis had thrown away before they were read: what a stream's retention cost us.

    Open until a backfill has brought what lies between `from_at` and `to_at`, or a person has said that nothing will.
    """

    stream = models.ForeignKey("calls.Stream", models.CASCADE, related_name="gaps")
    shard_id = models.CharField(max_length=128)
    after = models.CharField(max_length=128, help_text="Sequence number of the last record that was read before it.")
    from_at = models.DateTimeField(null=True, help_text="When that record had arrived in Kinesis.")
    to_at = models.DateTimeField(help_text="When the first record behind the gap had arrived, or the gap was found.")
    found_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey("calls.Person", models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["-found_at"]
        constraints = [models.UniqueConstraint(fields=["stream", "shard_id", "after"], name="one_gap_per_checkpoint")]

    def __str__(self) -> str:
        return f"{self.stream}: {self.shard_id}"
