from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from .person import Person


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    def usable_by(self, person: Person) -> Self:
        """Own ones, and those that are shared with everybody or with a team of the person's."""
        shared = Q(is_shared=True) & (Q(team=None) | Q(team__in=person.teams.all()))
        return self.filter(Q(owner=person) | shared)


class SavedView(models.Model):
    """A page's filters, order and columns under a name. What it asks for may hold words and numbers of people."""

    class Page(models.TextChoices):
        WALL = "wall"

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="views")
    page = models.CharField(max_length=16, choices=Page.choices, default=Page.WALL)
    name = models.CharField(max_length=100)
    asks = models.JSONField(default=dict, help_text="{name of a filter: its values}; text and caller among them.")
    is_shared = models.BooleanField(default=False, db_default=False)
    team = models.ForeignKey(
        "calls.Team", models.CASCADE, null=True, blank=True, help_text="Shared with this team; empty: with everybody."
    )

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["owner", "page", "name"], name="one_view_per_owner_and_name")]

    def __str__(self) -> str:
        return self.name
