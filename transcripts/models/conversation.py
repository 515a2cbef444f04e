from django.db import models


class Conversation(models.Model):
    """What Contact Lens said of a call as a whole. Written by `transcripts.notes`."""

    class State(models.TextChoices):
        LIVE = "live"
        COMPLETED = "completed"
        FAILED = "failed"

    call = models.OneToOneField("calls.Call", models.CASCADE, primary_key=True)
    state = models.CharField(max_length=16, choices=State.choices, default=State.LIVE)
    language = models.CharField(max_length=16, blank=True)
    categories = models.JSONField(default=dict, help_text='{name: {"points": [...], "rule_id": ...}}')
    summary = models.TextField(blank=True)
    summary_trouble = models.CharField(max_length=64, blank=True, help_text="FailureCode, when there is no summary.")
    mood = models.CharField(max_length=16, blank=True)
    mood_since = models.DateTimeField(null=True, help_text="When what was heard made it so.")
    trend = models.JSONField(default=list, help_text="[ms, turn id, -1 | 0 | 1] of the customer's last turns.")
    pending = models.JSONField(default=dict, help_text="Issues that came before their turns.")

    def __str__(self) -> str:
        return f"Conversation of call {self.call_id}"

    @property
    def trend_values(self) -> list[int]:
        return [value for _, _, value in self.trend]
