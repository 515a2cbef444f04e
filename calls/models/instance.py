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

    class Meta:
        ordering = ["alias"]

    def __str__(self) -> str:
        return self.alias

    @property
    def connect_id(self) -> str:
        """The id at the end of the ARN: what Contact Lens calls InstanceId."""
        return self.arn.rpartition("/")[2]

    @property
    def region(self) -> str:
        match = ARN.fullmatch(self.arn)
        return match["region"] if match else ""
