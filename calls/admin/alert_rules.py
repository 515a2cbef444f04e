from __future__ import annotations

from collections import Counter
from typing import Any, cast

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path

from calls.admin.set_up import CheckedForm, SetUp
from calls.admin.site import site
from calls.alerting.trial import trial
from calls.models import AlertRule, Call, Person

MOST_SHOWN = 100


@admin.register(AlertRule, site=site)
class AlertRuleAdmin(SetUp, admin.ModelAdmin):  # type: ignore[type-arg]
    form = CheckedForm
    fields = (
        "instance",
        "name",
        "kind",
        "team",
        "is_on",
        "severity",
        "category",
        "turns",
        "seconds",
        "figure",
        "queue_name",
        "level",
    )
    list_display = ("name", "instance", "kind", "team", "severity", "is_on")
    list_filter = ("instance", "kind", "is_on")
    list_select_related = ("instance", "team")
    change_form_template = "admin/calls/alertrule/change_form.html"

    def has_delete_permission(self, request: HttpRequest, obj: AlertRule | None = None) -> bool:
        return self.has_change_permission(request)

    def get_urls(self) -> list[Any]:
        tried = self.admin_site.admin_view(self.tried)
        return [
            path("try/", tried, name="calls_alertrule_try"),
            path("<int:pk>/try/", tried, name="calls_alertrule_try"),
            *super().get_urls(),
        ]

    def tried(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        """What the rule would have raised in the last day, as the form has it now. Nothing is saved."""
        rule = get_object_or_404(AlertRule, pk=pk) if pk else None
        if request.method != "POST":
            return redirect("admin:calls_alertrule_change", pk) if pk else redirect("admin:calls_alertrule_add")
        form = self.get_form(request, rule, change=rule is not None)(request.POST, instance=rule)
        context = {**self.admin_site.each_context(request), "title": "Over the last day", "form": form}
        if form.is_valid():
            context |= _result(form.instance, cast(Person, request.user))
        return TemplateResponse(request, "admin/calls/alertrule/trial.html", context)


def _result(rule: AlertRule, person: Person) -> dict[str, Any]:
    """With the calls behind it that the person may see."""
    found = trial(rule)
    times = Counter(found.calls)
    seen = Call.objects.visible_to(person).filter(pk__in=times).select_related("instance").order_by("-pk")
    return {
        "rule": rule,
        "trial": found,
        "calls": [(call, times[call.pk]) for call in seen[:MOST_SHOWN]],
        "others": max(len(times) - MOST_SHOWN, len(times) - seen.count()),
    }
