import msgspec
from django.core.exceptions import ValidationError
from django.db import models

from calls.outcomes import DEFAULT_MARKS, Rules


def default_marks() -> list[dict[str, object]]:
    marks: list[dict[str, object]] = msgspec.to_builtins(DEFAULT_MARKS)
    return marks


class Policy(models.Model):
    """What an instance calls a dropped call, and what is done about it. `overrides` is {outcome: opens a case}."""

    class Preset(models.TextChoices):
        RESCUE = "rescue"
        AGENT_OR_BOT = "agent-or-bot"
        EVERY_INTERACTION = "every-interaction"
        WATCH = "watch"

    RULES = ("preset", "overrides", "marks", "short_abandon_s", "short_flow_s", "callback_settle_min", "leg_wait_s")

    instance = models.OneToOneField("calls.Instance", models.CASCADE, related_name="policy")
    preset = models.CharField(max_length=32, choices=Preset.choices, default=Preset.RESCUE)
    overrides = models.JSONField(default=dict, blank=True)
    marks = models.JSONField(default=default_marks, blank=True)
    short_abandon_s = models.PositiveIntegerField(default=5)
    short_flow_s = models.PositiveIntegerField(default=5)
    callback_settle_min = models.PositiveIntegerField(default=30)
    leg_wait_s = models.PositiveIntegerField(default=900)
    merge_window_h = models.PositiveIntegerField(default=4)
    case_max_age_h = models.PositiveIntegerField(default=72)
    silence_ends_s = models.PositiveIntegerField(default=1800)
    silence_marks_s = models.PositiveIntegerField(default=600, db_default=600)
    provisional_after_s = models.PositiveIntegerField(default=120, db_default=120)
    opens_cases_early = models.BooleanField(
        default=False,
        db_default=False,
        help_text="A drop that the contact events tell opens its case at once, if the number is known.",
    )
    service_level_s = models.PositiveIntegerField(default=20, db_default=20)

    class Meta:
        verbose_name_plural = "policies"

    def __str__(self) -> str:
        return f"Policy of {self.instance.alias}"

    def clean(self) -> None:
        try:
            self.rules()
        except msgspec.ValidationError as error:
            raise ValidationError(str(error)) from None

    def rules(self) -> Rules:
        """Raises msgspec.ValidationError, which names the key."""
        return msgspec.convert({name: getattr(self, name) for name in self.RULES}, Rules)
