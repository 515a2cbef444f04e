from __future__ import annotations

from django.conf import settings
from django.db import models, transaction
from django.db.models import F
from django.db.models.functions import Now

from .call import Call
from .person import Person


class Flag(models.Model):
    """A call that somebody marked to be watched, for all who see it."""

    call = models.OneToOneField(Call, models.CASCADE, primary_key=True, related_name="flag")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
    at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"Flag of call {self.call_id}"

    @classmethod
    @transaction.atomic
    def put_on(cls, call: Call, by: Person) -> bool:
        """False if it was flagged before: whoever was first stays named."""
        _touch(call)
        return cls.objects.get_or_create(call=call, defaults={"by": by})[1]

    @classmethod
    @transaction.atomic
    def take_off(cls, call: Call) -> bool:
        """False if it was not flagged."""
        _touch(call)
        return bool(cls.objects.filter(call=call).delete()[0])


def _touch(call: Call) -> None:
    """Locks the call, and counts it up: lists read anew what was written, and a flag is none of their rows."""
    Call.objects.filter(pk=call.pk).update(is_live=F("is_live"))
