from django.contrib.postgres.fields import ArrayField
from django.db import models


class Team(models.Model):
    """People and the queues that they may see."""

    name = models.CharField(max_length=100, unique=True)
    instance = models.ForeignKey("calls.Instance", models.CASCADE, related_name="teams")
    all_queues = models.BooleanField(
        default=False, help_text="Sees every call of the instance, also those whose queue is not known yet."
    )
    queues = ArrayField(models.CharField(max_length=256), default=list, blank=True, help_text="Names of queues.")
    numbers = ArrayField(
        models.CharField(max_length=64),
        default=list,
        blank=True,
        help_text="Dialled numbers: calls that never reached a queue.",
    )
    agents = ArrayField(
        models.CharField(max_length=100),
        default=list,
        blank=True,
        help_text="Amazon Connect user names: calls of an agent's own queue.",
    )
    members = models.ManyToManyField("calls.Person", related_name="teams", blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
