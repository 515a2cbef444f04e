from zoneinfo import available_timezones

from django.contrib.auth.models import AbstractUser
from django.core.exceptions import ValidationError
from django.db import models


def validate_zone(name: str) -> None:
    if name not in available_timezones():
        raise ValidationError(f"“{name}” is not a time zone. Use a name such as Europe/Madrid.")


class Person(AbstractUser):
    """Somebody who signs in. What a person may do comes from roles (groups), what a person may see from teams."""

    time_zone = models.CharField(max_length=64, default="UTC", validators=[validate_zone])
    connect_username = models.CharField(max_length=100, blank=True, help_text="Their user name in Amazon Connect.")
    salesforce_username = models.CharField(max_length=255, blank=True, help_text="Their user name in Salesforce.")

    has_letter_keys = models.BooleanField(
        default=True, db_default=True, help_text="Single letters are shortcuts on the live pages."
    )
    alerts_seen_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="Alerts up to then were seen."
    )

    class Meta:
        verbose_name_plural = "people"

    def __str__(self) -> str:
        return self.get_full_name() or self.username
