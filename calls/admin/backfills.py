from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path

from calls.admin.set_up import CheckedForm, SetUp
from calls.admin.site import site
from calls.backfill.counting import described, names_of
from calls.models import Backfill, Gap, Person

ASKED = ("stream", "source", "location", "from_at", "to_at")
MOMENT = "%Y-%m-%dT%H:%M:%S"


@admin.register(Backfill, site=site)
class BackfillAdmin(SetUp, admin.ModelAdmin):  # type: ignore[type-arg]
    form = CheckedForm
    fields = ASKED
    list_display = ("__str__", "stream", "where", "state", "news", "asked_by", "asked_at", "ended_at")
    list_filter = ("stream", "state")
    list_select_related = ("stream__instance", "asked_by")
    formfield_overrides = {
        models.DateTimeField: {
            "form_class": forms.DateTimeField,
            "widget": forms.DateTimeInput({"type": "datetime-local", "step": 1}, format=MOMENT),
        }
    }
    actions = ("bring_in", "cancel", "go_on")
    change_form_template = "admin/calls/backfill/change_form.html"

    class Media:
        css = {"all": ["calls/admin.css", "calls/backfill.css"]}

    def has_change_permission(self, request: HttpRequest, obj: Backfill | None = None) -> bool:
        return False  # what was counted is what is brought

    def has_act_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field and db_field.name == "stream":
            # One is set up on its own page.
            field.widget.can_add_related = field.widget.can_change_related = field.widget.can_view_related = False
        if field and db_field.name == "location":
            field.widget.attrs["class"] = "vLargeTextField"
        return field

    def formfield_for_choice_field(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        # Whoever may ask for a backfill must not read any file of the server: those of a disk are for the command.
        choices = [choice for choice in Backfill.Source.choices if choice[0] != Backfill.Source.DISK]
        return super().formfield_for_choice_field(db_field, request, **kwargs, choices=choices)

    def get_urls(self) -> list[Any]:
        now = self.admin_site.admin_view(self.now)
        return [path("<int:pk>/now/", now, name="calls_backfill_now"), *super().get_urls()]

    def now(self, request: HttpRequest, pk: int) -> HttpResponse:
        backfill = get_object_or_404(Backfill, pk=pk)
        return TemplateResponse(request, "admin/calls/backfill/now.html", _now(backfill))

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        if backfill := kwargs.get("obj"):
            context |= _now(backfill)
        return super().render_change_form(request, context, *args, **kwargs)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Of a gap, whose page asks for it: whole seconds, that cover it."""
        number = request.GET.get("gap", "")
        gap = Gap.objects.filter(pk=number).first() if number.isdecimal() else None
        if gap is None:
            return {}
        from_at = gap.from_at and gap.from_at.replace(microsecond=0)
        to_at = (gap.to_at + timedelta(microseconds=999_999)).replace(microsecond=0)
        return {"stream": gap.stream_id, "from_at": from_at, "to_at": to_at}

    def save_model(self, request: HttpRequest, obj: Backfill, form: Any, change: bool) -> None:
        obj.asked_by = cast(Person, request.user)
        super().save_model(request, obj, form, change)

    def response_add(self, request: HttpRequest, obj: Backfill, post_url_continue: str | None = None) -> HttpResponse:
        return redirect("admin:calls_backfill_change", obj.pk)

    @admin.display(description="new, newer")
    def news(self, backfill: Backfill) -> str:
        counts = backfill.brought or backfill.counted
        return f"{counts.get('new', 0):,}, {counts.get('newer', 0):,}" if counts else ""

    @admin.action(description="Bring in what was counted", permissions=["act"])
    def bring_in(self, request: HttpRequest, backfills: QuerySet[Backfill]) -> HttpResponse | None:
        by = cast(Person, request.user)
        return self._act(request, backfills, lambda backfill: backfill.bring_in(by), "brought in")

    @admin.action(description="Cancel", permissions=["act"])
    def cancel(self, request: HttpRequest, backfills: QuerySet[Backfill]) -> HttpResponse | None:
        return self._act(request, backfills, Backfill.cancel, "cancelled")

    @admin.action(description="Go on where it stopped", permissions=["act"])
    def go_on(self, request: HttpRequest, backfills: QuerySet[Backfill]) -> HttpResponse | None:
        return self._act(request, backfills, Backfill.go_on, "gone on with")

    def _act(
        self, request: HttpRequest, backfills: QuerySet[Backfill], act: Callable[[Backfill], bool], words: str
    ) -> HttpResponse | None:
        acted = [backfill for backfill in backfills if act(backfill)]
        for backfill in acted:
            self.log_change(request, backfill, f"{words.capitalize()}.")
        if not acted:
            self.message_user(request, "Nothing changed: somebody was first, or it has ended.", messages.WARNING)
        if "back_to" in request.POST and len(backfills) == 1:
            return redirect("admin:calls_backfill_change", backfills[0].pk)
        return None


def _now(backfill: Backfill) -> dict[str, Any]:
    counted, brought = backfill.counted, backfill.brought
    remarks = (brought if backfill.begun_at else counted).get("remarks", 0)
    return {
        "backfill": backfill,
        "is_running": backfill.state in Backfill.WORKED,
        "has_stopped": backfill.state in Backfill.STOPPED,
        "counts": [
            (described(name), f"{counted.get(name, 0):,}", f"{brought.get(name, 0):,}")
            for name in names_of(counted, brought)
        ],
        "more_remarks": remarks - len(backfill.remarks),
    }
