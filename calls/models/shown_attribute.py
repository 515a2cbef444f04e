from django.contrib.postgres.fields import ArrayField
from django.db import models


class ShownAttribute(models.Model):
    """A contact attribute that is shown beside a call by a label, and what its values mean."""

    class Role(models.TextChoices):
        NAME = "name", "The customer's name"
        TIER = "tier", "The customer's tier"

    instance = models.ForeignKey("calls.Instance", models.CASCADE, related_name="shown_attributes")
    key = models.CharField(max_length=256, help_text="As the contact flow names it.")
    label = models.CharField(max_length=100)
    place = models.PositiveSmallIntegerField(default=0, help_text="The lower, the further up.")
    role = models.CharField(
        max_length=8, choices=Role.choices, blank=True, help_text="Also shown beside the caller wherever one stands."
    )
    ok_values = ArrayField(
        models.CharField(max_length=256), default=list, blank=True, help_text="Values that are good."
    )
    warn_values = ArrayField(
        models.CharField(max_length=256), default=list, blank=True, help_text="Values that ask for attention."
    )

    class Meta:
        ordering = ["instance", "place", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["instance", "key"], name="one_label_per_attribute"),
            models.UniqueConstraint(
                fields=["instance", "role"], condition=~models.Q(role=""), name="one_attribute_per_role"
            ),
        ]

    def __str__(self) -> str:
        return self.label
