from __future__ import annotations

from typing import Self

from django.db import models

from calls.scope import Scope

from .person import Person
from .xid import XidField


class AgentQuerySet(models.QuerySet["Agent"]):
    def visible_to(self, person: Person) -> Self:
        return self.visible_in(Scope.of(person))

    def visible_in(self, scope: Scope) -> Self:
        return self.filter(scope.agents())

    def signed_in(self) -> Self:
        return self.filter(is_signed_in=True)


class Agent(models.Model):
    """An agent of Amazon Connect, by the newest snapshot of the agent events; by contact records only with a name."""

    instance = models.ForeignKey("calls.Instance", models.CASCADE, related_name="agents")
    arn = models.CharField(max_length=512)
    username = models.CharField(max_length=256, blank=True)
    first_name = models.CharField(max_length=256, blank=True)
    last_name = models.CharField(max_length=256, blank=True)
    named_at = models.DateTimeField(null=True, help_text="The moment of the newest record that told the user name.")
    is_signed_in = models.BooleanField(default=False, db_default=False)
    status = models.CharField(max_length=256, blank=True)
    status_type = models.CharField(
        max_length=16, blank=True, help_text="ROUTABLE, CUSTOM or OFFLINE; newer events only."
    )
    status_since = models.DateTimeField(null=True)
    next_status = models.CharField(max_length=256, blank=True)
    routing_profile = models.CharField(max_length=256, blank=True)
    concurrency = models.JSONField(default=list, help_text="[channel, free, at most] each.")
    contacts = models.JSONField(
        default=list,
        help_text="{contact_id, channel, state, since, queue_arn, queue_name} each, as the snapshot has them.",
    )
    snapshot_at = models.DateTimeField(null=True, help_text="EventTimestamp of the newest event.")
    event_id = models.CharField(
        max_length=256, blank=True, help_text="Of that event: of two at once the greater counts."
    )
    heard_at = models.DateTimeField(null=True, help_text="When an event of the agent last arrived.")
    is_missing = models.BooleanField(
        default=False, db_default=False, help_text="Signed in, and not heard of for over two heartbeats."
    )
    changed_xid = XidField()

    objects = AgentQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["instance", "arn"], name="one_agent_per_arn")]
        # None on changed_xid: the table is small, and a heartbeat stays within its row's page.
        indexes = [models.Index(fields=["instance", "username"], name="agent_username")]

    def __str__(self) -> str:
        return self.username or self.arn.rpartition("/")[2]

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip() or str(self)
