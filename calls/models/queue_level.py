from django.core.exceptions import ValidationError
from django.db import models


class Figure(models.TextChoices):
    """What a queue's tile counts, and thresholds are set for."""

    WAITING = "waiting", "Callers waiting"
    OLDEST_S = "oldest-s", "Longest wait, seconds"
    AGENTS_FREE = "agents-free", "Agents available"
    SERVICE_LEVEL = "service-level", "Service level today, percent"
    ABANDON_RATE = "abandon-rate", "Abandon rate today, percent"


LOW_IS_BAD = (Figure.AGENTS_FREE, Figure.SERVICE_LEVEL)

# From amber on and from red on, where nobody has set others.
OWN_LEVELS = {
    Figure.WAITING: (5, 10),
    Figure.OLDEST_S: (60, 120),
    Figure.AGENTS_FREE: (1, 0),
    Figure.SERVICE_LEVEL: (89, 60),
    Figure.ABANDON_RATE: (5, 10),
}


class Level(models.TextChoices):
    AMBER = "amber"
    RED = "red"


class QueueLevel(models.Model):
    """From which value on a figure of a queue is amber, and from which red. Without one, Ringback's own hold."""

    instance = models.ForeignKey("calls.Instance", models.CASCADE, related_name="queue_levels")
    queue_name = models.CharField(
        max_length=256, blank=True, help_text="Empty: all queues that have none of their own."
    )
    figure = models.CharField(max_length=24, choices=Figure.choices)
    amber = models.FloatField()
    red = models.FloatField()

    class Meta:
        ordering = ["instance", "queue_name", "figure"]
        constraints = [
            models.UniqueConstraint(fields=["instance", "queue_name", "figure"], name="one_level_per_queue_and_figure")
        ]

    def __str__(self) -> str:
        return f"{self.get_figure_display()} of {self.queue_name or 'every queue'}"

    @property
    def is_low_bad(self) -> bool:
        return self.figure in LOW_IS_BAD

    def clean(self) -> None:
        if None not in (self.amber, self.red) and (self.red > self.amber if self.is_low_bad else self.red < self.amber):
            worse = "lower" if self.is_low_bad else "higher"
            raise ValidationError({"red": f"Of this figure {worse} is worse: red lies {worse} than amber."})

    def of(self, value: float) -> str:
        """The level that a value has reached; empty while all is well."""
        return next((level.value for level in (Level.RED, Level.AMBER) if self.has_reached(level, value)), "")

    def has_reached(self, level: Level, value: float) -> bool:
        limit = self.limit(level)
        return value <= limit if self.is_low_bad else value >= limit

    def limit(self, level: Level) -> float:
        return self.red if level == Level.RED else self.amber
