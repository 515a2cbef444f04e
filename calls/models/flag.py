from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from .call import Call


class Flag(models.Model):
    """A call that somebody marked to be watched, for all who see it."""

    call = models.OneToOneField(Call, models.CASCADE, primary_key=True, related_name="flag")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
    at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"Flag of call {self.call_id}"
