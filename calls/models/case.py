from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.db.models import F, Q
from django.db.models.functions import Now
from django.urls import reverse

from calls.outcomes import OUTCOMES
from calls.salesforce.wake import wake_mirror
from calls.scope import Scope

from .person import Person
from .xid import XidField


class CaseQuerySet(models.QuerySet["Case"]):
    def visible_to(self, person: Person) -> Self:
        return self.visible_in(Scope.of(person))

    def visible_in(self, scope: Scope) -> Self:
        return self.filter(scope.cases())

    def open(self) -> Self:
        return self.exclude(state=Case.State.CLOSED)

    def pending(self) -> Self:
        """Due in Salesforce now."""
        return self.filter(mirror=Case.Mirror.PENDING, mirror_at__lte=Now(), org__isnull=False)


class Case(models.Model):
    """One follow-up for one caller. `version` counts what Salesforce should know; mirrored_version what it was told."""

    class State(models.TextChoices):
        NEW = "new"
        TAKEN = "taken"
        CLOSED = "closed"

    class Disposition(models.TextChoices):
        SOLVED = "solved", "Reached and solved"
        REACHED = "reached", "Reached"
        NO_ANSWER = "no answer", "No answer"
        VOICEMAIL = "voicemail", "Voicemail"
        WRONG_NUMBER = "wrong number", "Wrong number"
        DO_NOT_CALL = "do not call", "Do not call"
        WITHDRAWN = "withdrawn", "Withdrawn"

    class Mirror(models.TextChoices):
        NONE = "none", "Not mirrored"
        PENDING = "pending", "On its way"
        MIRRORED = "mirrored", "In Salesforce"
        REFUSED = "refused", "Refused"

    instance = models.ForeignKey("calls.Instance", models.CASCADE)
    caller = models.ForeignKey("calls.Caller", models.SET_NULL, null=True)
    key = models.CharField(max_length=300, unique=True, help_text="Instance id, colon, contact id of the first call.")
    state = models.CharField(max_length=16, choices=State.choices, default=State.NEW)
    disposition = models.CharField(max_length=32, choices=Disposition.choices, blank=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="cases")
    cause = models.CharField(max_length=32, help_text="The outcome of its last dropped call.")
    phone = models.CharField(max_length=300, blank=True, help_text="The caller's number as it came.")
    drops = models.PositiveIntegerField(default=1)
    opened_at = models.DateTimeField(db_default=Now())
    last_drop_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)
    changed_xid = XidField()

    org = models.ForeignKey("calls.SalesforceOrg", models.SET_NULL, null=True)
    mirror = models.CharField(max_length=16, choices=Mirror.choices, default=Mirror.NONE)
    mirror_trouble = models.CharField(max_length=400, blank=True)
    mirror_tries = models.PositiveIntegerField(default=0)
    mirror_at = models.DateTimeField(null=True, help_text="Not to be tried before.")
    mirrored_version = models.PositiveIntegerField(default=0)
    salesforce_id = models.CharField(max_length=18, blank=True)
    salesforce_number = models.CharField(max_length=30, blank=True)

    objects = CaseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["instance", "caller"], condition=~Q(state="closed"), name="one_open_case_per_caller"
            )
        ]
        indexes = [
            models.Index(fields=["changed_xid"]),
            models.Index(fields=["caller", "-closed_at"]),
            models.Index(fields=["-last_drop_at"], condition=~Q(state="closed"), name="case_open"),
            models.Index(fields=["org", "mirror_at"], condition=Q(mirror="pending"), name="case_pending"),
        ]

    def __str__(self) -> str:
        return f"Case {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("case", args=[self.pk])

    @property
    def is_open(self) -> bool:
        return self.state != self.State.CLOSED

    @property
    def cause_label(self) -> str:
        return OUTCOMES[self.cause].label if self.cause in OUTCOMES else self.cause

    def take(self, by: Person) -> bool:
        """False if somebody else was first, or the case is closed."""
        return self._move(Q(state=self.State.NEW), "taken", by, state=self.State.TAKEN, owner=by)

    def give_back(self, by: Person) -> bool:
        """By its owner; False if it is not, or no longer, theirs."""
        return self._move(Q(state=self.State.TAKEN, owner=by), "given back", by, state=self.State.NEW, owner=None)

    def close(self, by: Person, disposition: str) -> bool:
        """By its owner, or by whoever closes a free one; False if it is closed or another's."""
        mine = ~Q(state=self.State.CLOSED) & (Q(owner=by) | Q(owner=None))
        return self._move(
            mine, f"closed: {self.Disposition(disposition).label}", by,
            state=self.State.CLOSED, disposition=disposition, owner=by, closed_at=Now(),
        )  # fmt: skip

    def reopen(self, by: Person) -> bool:
        """Open again, by its person's click; False if it is open, or the caller has another open case."""
        closed = Q(state=self.State.CLOSED)
        try:
            return self._move(closed, "reopened", by, state=self.State.TAKEN, owner=by, disposition="", closed_at=None)
        except IntegrityError:
            return False

    def reveal(self, by: Person) -> CaseEntry:
        """The number is shown to somebody: noted on the time line, which others have open."""
        with transaction.atomic():
            Case.objects.filter(pk=self.pk).update(phone=F("phone"))  # a write, so that lists and pages look again
            return self.entries.create(words="number shown", by=by)

    def mirror_again(self, by: Person) -> bool:
        return self._move(
            Q(mirror=self.Mirror.REFUSED), "sent to Salesforce again", by, mirror_trouble="", mirror_tries=0
        )

    def _move(self, if_still: Q, words: str, by: Person, **change: object) -> bool:
        """One compare-and-set, noted on the time line and due in Salesforce, or nothing."""
        with transaction.atomic():
            moved = Case.objects.filter(if_still, pk=self.pk).update(
                **change, version=F("version") + 1, mirror_at=Now(),
                mirror=models.Case(models.When(org=None, then=models.Value("none")), default=models.Value("pending")),
            )  # fmt: skip
            if moved:
                self.entries.create(words=words, by=by)
                wake_mirror(self.org_id)
        self.refresh_from_db()
        return bool(moved)


class CaseEntry(models.Model):
    """A line of a case's time line. `words` never quote what was said on a call, nor a number."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="entries")
    at = models.DateTimeField(db_default=Now())
    words = models.CharField(max_length=400)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
    call = models.ForeignKey("calls.Call", models.SET_NULL, null=True)

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return self.words
