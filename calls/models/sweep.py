from __future__ import annotations

from django.db import models
from django.db.models.functions import Now


class Sweep(models.Model):
    """When a sweep last came to its end: one that is old says that the clock or the workers stand still."""

    name = models.CharField(max_length=64, primary_key=True)
    ended_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name

    @staticmethod
    def note(name: str) -> None:
        Sweep.objects.update_or_create(name=name, defaults={"ended_at": Now()})
