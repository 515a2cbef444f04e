from __future__ import annotations

from typing import Any, cast

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html

from calls.admin.set_up import ShownOnly
from calls.admin.site import site
from calls.models import Gap, Person


class IsOpen(admin.SimpleListFilter):
    title = "state"
    parameter_name = "is"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("open", "open"), ("closed", "closed")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Gap]) -> QuerySet[Gap]:
        return queryset.filter(closed_at__isnull=self.value() == "open") if self.value() else queryset


@admin.register(Gap, site=site)
class GapAdmin(ShownOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("__str__", "from_at", "to_at", "found_at", "state")
    list_filter = ("stream", IsOpen)
    list_select_related = ("stream__instance", "closed_by", "filled_with")
    fields = ("stream", "shard_id", "after", "from_at", "to_at", "found_at", "closed_at", "state")
    actions = ("close",)
    change_form_template = "admin/calls/gap/change_form.html"

    class Media:
        css = {"all": ["calls/admin.css", "calls/backfill.css"]}

    def has_close_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def state(self, gap: Gap) -> str:
        if gap.closed_at is None:
            return "open"
        if gap.filled_with:
            address = reverse("admin:calls_backfill_change", args=[gap.filled_with.pk])
            return format_html('<a href="{}">filled with {}</a>', address, gap.filled_with)
        return f"closed by {gap.closed_by or 'somebody'}: nothing will bring it"

    @admin.action(description="Close: nothing will bring these records", permissions=["close"])
    def close(self, request: HttpRequest, gaps: QuerySet[Gap]) -> HttpResponse | None:
        opened = list(Gap.objects.filter(pk__in=gaps.values("pk")).open())
        closed = Gap.objects.filter(pk__in=[gap.pk for gap in opened]).close(by=cast(Person, request.user))
        for gap in opened:
            self.log_change(request, gap, "Closed: nothing will bring it.")
        self.message_user(request, f"{closed} closed.", messages.SUCCESS if closed else messages.WARNING)
        return redirect("admin:calls_gap_change", gaps[0].pk) if "back_to" in request.POST else None
