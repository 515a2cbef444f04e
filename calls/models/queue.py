from django.db import models


class Queue(models.Model):
    """A queue of Amazon Connect: its name, learned from any record that tells it, and its figures where they are asked.

    The figures are None where GetCurrentMetricData is not asked.
    """

    instance = models.ForeignKey("calls.Instance", models.CASCADE, related_name="queues")
    arn = models.CharField(max_length=512)
    name = models.CharField(max_length=256, blank=True)
    named_at = models.DateTimeField(null=True, help_text="The moment of the newest record that told the name.")
    waiting = models.PositiveIntegerField(null=True)
    oldest_s = models.PositiveIntegerField(null=True)
    agents_free = models.PositiveIntegerField(null=True)
    callbacks = models.PositiveIntegerField(null=True, help_text="Scheduled, not yet due.")
    figures_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["instance", "arn"], name="one_queue_per_arn")]

    def __str__(self) -> str:
        return self.name or tail(self.arn)


def tail(arn: str) -> str:
    """What is shown of a thing whose name nobody has told yet."""
    return arn.rpartition("/")[2]
