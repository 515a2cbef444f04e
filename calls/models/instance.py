import re

from django.core.exceptions import ValidationError
from django.db import models

ARN = re.compile(r"arn:aws[a-z-]*:connect:(?P<region>[a-z0-9-]+):\d{12}:instance/(?P<id>[A-Za-z0-9-]+)")


def validate_instance_arn(arn: str) -> None:
    if not ARN.fullmatch(arn):
        raise ValidationError("Not the ARN of an Amazon Connect instance: arn:aws:connect:REGION:ACCOUNT:instance/ID.")


class Instance(models.Model):
    """One Amazon Connect instance."""

    alias = models.SlugField(unique=True)
    arn = models.CharField(max_length=256, unique=True, validators=[validate_instance_arn])
    role_arn = models.CharField(max_length=256, blank=True)
    external_id = models.CharField(max_length=256, blank=True)
    salesforce = models.ForeignKey("calls.SalesforceOrg", models.PROTECT, null=True, blank=True)
    describe_contacts = models.BooleanField(
        default=False,
        db_default=False,
        help_text="Ask Amazon Connect for the number of a caller who waits (connect:DescribeContact).",
    )
    describe_per_s = models.FloatField(default=2.0, db_default=2.0, help_text="So many questions a second at most.")
    describe_tokens = models.FloatField(
        default=0.0, db_default=0.0, editable=False, help_text="Questions that may be asked at once."
    )
    describe_filled_at = models.DateTimeField(null=True, editable=False)
    describing_until = models.DateTimeField(null=True, editable=False, help_text="Somebody asks, until then.")
    describe_trouble = models.CharField(max_length=200, blank=True, default="", db_default="", editable=False)
    current_metrics = models.BooleanField(
        default=False,
        db_default=False,
        help_text="Ask for each queue's figures every 15 s (connect:GetCurrentMetricData).",
    )
    metrics_asked_at = models.DateTimeField(null=True, editable=False)
    metrics_trouble = models.CharField(max_length=200, blank=True, default="", db_default="", editable=False)

    class Meta:
        ordering = ["alias"]

    def __str__(self) -> str:
        return self.alias

    @property
    def tells_numbers(self) -> bool:
        """Whether the number of a caller may be known during the call, and not only after it."""
        return self.describe_contacts and not self.describe_trouble

    @property
    def connect_id(self) -> str:
        """The id at the end of the ARN: what Contact Lens calls InstanceId."""
        return self.arn.rpartition("/")[2]

    @property
    def region(self) -> str:
        match = ARN.fullmatch(self.arn)
        return match["region"] if match else ""
