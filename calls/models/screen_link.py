from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from calls.scope import Reach, Scope

TOKEN_BYTES = 32
TOKEN_LENGTH = 43  # of them, as text


class ScreenLinkQuerySet(models.QuerySet["ScreenLink"]):
    def valid(self) -> Self:
        return self.filter(revoked_at=None)

    def of_token(self, token: str) -> ScreenLink | None:
        """Not even looked for if no token looks like it."""
        return self.valid().filter(token_hash=hashed(token)).first() if len(token) == TOKEN_LENGTH else None

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

    @property
    def scope(self) -> Scope:
        return Scope(watched=frozenset({Reach.of(self.team)}))

    @property
    def rights(self) -> frozenset[str]:
        return frozenset({"screen", "screen-words"} if self.shows_words else {"screen"})

    def clean(self) -> None:
        if self.view is None:
            return
        if self.view.asks_for_people:
            raise ValidationError({"view": "It asks for words or a caller, which a screen looks for neither."})
        if not self.view.is_shared or self.view.team_id not in (None, self.team_id):
            raise ValidationError({"view": "It is not shared with this team, nor with everybody."})

    def revoke(self) -> bool:
        """False if it was revoked before."""
        return bool(ScreenLink.objects.valid().filter(pk=self.pk).update(revoked_at=Now()))

    def renew(self) -> str:
        """A new token, which only its hash is kept of; not saved."""
        token = secrets.token_urlsafe(TOKEN_BYTES)
        self.token_hash = hashed(token)
        return token


def hashed(token: str) -> str:
    """A random token of 256 bits needs no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()
