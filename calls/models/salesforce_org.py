from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.db import models

from calls.salesforce.client import Login
from calls.secrets import SecretField


def validate_https(url: str) -> None:
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme != "https" or not parts.hostname or parts.path.strip("/") or parts.query or parts.username:
        raise ValidationError("Must be https:// and a host, and nothing after it.")


class SalesforceOrg(models.Model):
    """An org that cases are mirrored into, and the state of the way there."""

    class Flow(models.TextChoices):
        CLIENT_CREDENTIALS = "client-credentials"
        JWT_BEARER = "jwt-bearer"
        PASSWORD = "password"  # noqa: S105

    name = models.SlugField(unique=True)
    login_url = models.CharField(max_length=255, validators=[validate_https])
    lightning_url = models.CharField(
        max_length=255, validators=[validate_https], help_text="Where a person opens a case."
    )
    flow = models.CharField(max_length=32, choices=Flow.choices)
    client_id = models.CharField(max_length=255)
    username = models.CharField(max_length=255, blank=True)
    client_secret = SecretField(blank=True)
    password = SecretField(blank=True)
    private_key = SecretField(blank=True)
    api_version = models.CharField(max_length=8, default="60.0")
    trouble = models.CharField(max_length=400, blank=True, editable=False)
    tries = models.PositiveIntegerField(default=0, editable=False)
    retry_at = models.DateTimeField(null=True, editable=False)
    limit_used = models.PositiveIntegerField(null=True, editable=False)
    limit_total = models.PositiveIntegerField(null=True, editable=False)

    class Meta:
        verbose_name = "Salesforce org"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def login(self) -> Login:
        return Login(
            login_url=self.login_url,
            flow=self.flow,
            client_id=self.client_id,
            client_secret=self.client_secret,
            username=self.username,
            password=self.password,
            private_key=self.private_key,
            api_version=self.api_version,
        )
