from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models

from .alert import Alert
from .queue_level import Figure, Level


class AlertRule(models.Model):
    """When an alert is raised beside dropped calls, for an instance or for one of its teams.

    A rule that is off and names a category silences what a rule for all categories would tell of it.
    """

    class Kind(models.TextChoices):
        CATEGORY = Alert.Kind.CATEGORY.value, "Category matched"
        SENTIMENT = Alert.Kind.SENTIMENT.value, "Bad mood"
        LONG_CALL = Alert.Kind.LONG_CALL.value, "Long call"
        SILENCE = Alert.Kind.SILENCE.value, "Long silence"
        LONG_WAIT = Alert.Kind.LONG_WAIT.value, "Long wait"
        THRESHOLD = Alert.Kind.THRESHOLD.value, "Threshold breached"

    instance = models.ForeignKey("calls.Instance", models.CASCADE, related_name="alert_rules")
    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=16, choices=Kind.choices)
    team = models.ForeignKey(
        "calls.Team", models.CASCADE, null=True, blank=True, help_text="Whose alone its alerts are; empty: everybody's."
    )
    is_on = models.BooleanField(default=True, db_default=True)
    severity = models.CharField(max_length=16, choices=Alert.Severity.choices, default=Alert.Severity.WARNING)
    category = models.CharField(max_length=256, blank=True, help_text="Of Contact Lens, as it is named; empty: any.")
    turns = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Bad mood: so many negative turns of the customer in a row."
    )
    seconds = models.PositiveIntegerField(
        null=True, blank=True, help_text="Bad mood, call, silence or wait: longer than so many seconds."
    )
    figure = models.CharField(max_length=24, choices=Figure.choices, blank=True)
    queue_name = models.CharField(max_length=256, blank=True, help_text="Threshold: of this queue; empty: of each.")
    level = models.CharField(
        max_length=8, choices=Level.choices, blank=True, help_text="Threshold: which of the queue's two is reached."
    )
    changed_at = models.DateTimeField(auto_now=True)

    NEEDED = {
        Kind.LONG_CALL: ("seconds",),
        Kind.SILENCE: ("seconds",),
        Kind.LONG_WAIT: ("seconds",),
        Kind.THRESHOLD: ("figure", "level"),
    }

    class Meta:
        ordering = ["instance", "name"]
        constraints = [models.UniqueConstraint(fields=["instance", "name"], name="one_alert_rule_per_name")]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        for name in self.NEEDED.get(AlertRule.Kind(self.kind), ()) if self.kind in AlertRule.Kind else ():
            if not getattr(self, name):
                raise ValidationError({name: f"A rule of the kind {self.kind} needs it."})
        if self.kind == self.Kind.SENTIMENT and not (self.turns or self.seconds):
            raise ValidationError({"turns": "A rule of the kind sentiment needs turns, seconds or both."})
        if self.team and self.team.instance_id != self.instance_id:
            raise ValidationError({"team": "This team is of another instance."})
