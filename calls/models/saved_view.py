from __future__ import annotations

from typing import Any, Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models import Q

from .person import Person

FILTERS = frozenset({"queue", "agent", "stage", "mood", "category", "flagged", "sort", "cols"})
OF_PEOPLE = frozenset({"text", "caller"})  # these stand in no address that a server sees
MOST_VALUES = 100
LONGEST_VALUE = 300


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

    def clean(self) -> None:
        if not is_asked(self.asks):
            raise ValidationError(
                "A view holds filters of the wall, its order and its columns: this is something else."
            )
        if self.is_shared and self.team_id is None and self.asks_for_people:
            raise ValidationError("A view that asks for words or a caller is shared with one team, not with everybody.")

    def unique_error_message(self, model_class: Any, unique_check: Any) -> ValidationError:
        return ValidationError(f"You have a view “{self.name}” already.")

    def keep(self) -> None:
        """Checked and saved; ValidationError says in a sentence why not."""
        try:
            with transaction.atomic():
                self.full_clean(exclude=["asks"])  # an empty one is everything
                self.save()
        except IntegrityError:  # of the same name, in the same moment
            raise self.unique_error_message(type(self), ()) from None

    def copy_for(self, person: Person) -> SavedView:
        names = set(person.views.filter(page=self.page).values_list("name", flat=True))
        spare = (self.name, *(f"{self.name[:90]} ({n})" for n in range(2, len(names) + 3)))
        name = next(name for name in spare if name not in names)
        return SavedView(owner=person, page=self.page, name=name, asks=self.asks)

    @property
    def asks_for_people(self) -> bool:
        return any(self.asks.get(name) for name in OF_PEOPLE)

    @property
    def shared_with(self) -> str:
        """In words; empty while nobody else has it."""
        return (str(self.team) if self.team else "everybody") if self.is_shared else ""


def is_asked(asks: object) -> bool:
    return isinstance(asks, dict) and all(
        name in FILTERS | OF_PEOPLE
        and isinstance(values, list)
        and len(values) <= MOST_VALUES
        and all(isinstance(value, str) and len(value) <= LONGEST_VALUE and "\x00" not in value for value in values)
        for name, values in asks.items()
    )
