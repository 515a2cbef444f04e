from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Field
from django.http import HttpRequest

from calls.admin.set_up import CheckedForm, Lines, SetUp
from calls.admin.site import site
from calls.models import Team


@admin.register(Team, site=site)
class TeamAdmin(SetUp, admin.ModelAdmin):  # type: ignore[type-arg]
    form = CheckedForm
    list_display = ("name", "instance", "sees", "people")
    list_filter = ("instance",)
    list_select_related = ("instance",)
    filter_horizontal = ("members",)

    def has_delete_permission(self, request: HttpRequest, obj: Team | None = None) -> bool:
        return self.has_change_permission(request)

    def formfield_for_dbfield(self, db_field: Field[Any, Any], request: HttpRequest, **kwargs: Any) -> Any:
        return Lines.of(db_field) or super().formfield_for_dbfield(db_field, request, **kwargs)

    def sees(self, team: Team) -> str:
        return "every call" if team.all_queues else ", ".join(team.queues)

    def people(self, team: Team) -> int:
        return team.members.count()
