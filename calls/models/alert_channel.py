from typing import Self

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import models
from django.db.models.functions import Now

from calls.secrets import SecretField

from .alert import Alert


class AlertChannelQuerySet(models.QuerySet["AlertChannel"]):
    def shut(self) -> Self:
        """Without their secrets: one that cannot be read must not stop the others."""
        return self.defer("address", "signing_key")


class AlertChannel(models.Model):
    """Where a team's alerts also go: by e-mail, or to a webhook."""

    class Kind(models.TextChoices):
        EMAIL = "email", "E-mail"
        WEBHOOK = "webhook", "Webhook"
        SLACK = "slack", "Slack"
        TEAMS = "teams", "Microsoft Teams"

    team = models.ForeignKey("calls.Team", models.CASCADE, related_name="alert_channels")
    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=16, choices=Kind.choices)
    # A webhook's address often is the secret itself.
    address = SecretField(help_text="E-mail addresses with commas between them; else https:// and all of it.")
    signing_key = SecretField(blank=True, default="", help_text="Signs what a webhook is sent.")
    least_severity = models.CharField(
        max_length=16, choices=Alert.Severity.choices, default=Alert.Severity.WARNING, help_text="And above."
    )
    is_on = models.BooleanField(default=True, db_default=True)
    since = models.DateTimeField(db_default=Now(), editable=False, help_text="Alerts from then on.")
    trouble = models.CharField(max_length=200, blank=True, default="", editable=False)

    objects = AlertChannelQuerySet.as_manager()

    class Meta:
        ordering = ["team", "name"]
        constraints = [models.UniqueConstraint(fields=["team", "name"], name="one_alert_channel_per_name")]

    def __str__(self) -> str:
        return self.name

    @property
    def is_email(self) -> bool:
        return self.kind == self.Kind.EMAIL

    def clean(self) -> None:
        if self.is_email:
            for address in self.address.split(","):
                validate_email(address.strip())
        elif not self.address.startswith("https://"):
            raise ValidationError({"address": "A webhook's address begins with https://."})
        if self.kind == self.Kind.WEBHOOK and not self.signing_key:
            raise ValidationError({"signing_key": "A webhook needs one: its receiver knows by it who sends."})


class AlertDelivery(models.Model):
    """One alert on its way to one channel."""

    class State(models.TextChoices):
        WAITING = "waiting"
        SENT = "sent"
        GIVEN_UP = "given up"

    alert = models.ForeignKey(Alert, models.CASCADE, related_name="deliveries")
    channel = models.ForeignKey(AlertChannel, models.CASCADE, related_name="deliveries")
    state = models.CharField(max_length=16, choices=State.choices, default=State.WAITING, db_default=State.WAITING)
    tries = models.PositiveSmallIntegerField(default=0, db_default=0)
    due_at = models.DateTimeField(db_default=Now(), help_text="Not to be tried before; a claim moves it.")
    sent_at = models.DateTimeField(null=True)
    trouble = models.CharField(max_length=200, blank=True, default="", db_default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["alert", "channel"], name="one_delivery_per_alert_and_channel")]
        indexes = [models.Index(fields=["due_at"], condition=models.Q(state="waiting"), name="delivery_due")]

    def __str__(self) -> str:
        return f"alert {self.alert_id} to channel {self.channel_id}"
