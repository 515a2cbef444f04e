from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class ScreenLinkQuerySet(models.QuerySet["ScreenLink"]):
    def valid(self) -> Self:
        return self.filter(revoked_at=None)

    def of_token(self, token: str) -> ScreenLink | None:
        return self.valid().filter(token_hash=hashed(token)).first()

    def note_seen(self) -> None:
        """At most once a minute for each."""
        long_ago = Q(last_seen_at=None) | Q(last_seen_at__lt=Now() - timedelta(minutes=1))
        self.filter(long_ago).update(last_seen_at=Now())


class ScreenLink(models.Model):
    """A screen on a wall: read-only, what one team sees, by whoever holds its link."""

    name = models.CharField(max_length=100, unique=True)
    team = models.ForeignKey("calls.Team", models.CASCADE, related_name="screens")
    view = models.ForeignKey(
        "calls.SavedView", models.SET_NULL, null=True, blank=True, help_text="Filters and order; empty: worst first."
    )
    shows_words = models.BooleanField(default=False, db_default=False, help_text="Last words of calls are shown.")
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False)
    made_at = models.DateTimeField(db_default=Now(), editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_seen_at = models.DateTimeField(null=True, editable=False)

    objects = ScreenLinkQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def renew(self) -> str:
        """A new token, which only its hash is kept of; not saved."""
        token = secrets.token_urlsafe(32)
        self.token_hash = hashed(token)
        return token


def hashed(token: str) -> str:
    """A random token of 256 bits needs no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()
