from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Field
from django.http import HttpRequest

from calls.admin.set_up import CheckedForm, Lines, SetUp
from calls.admin.site import site
from calls.models import ShownAttribute


@admin.register(ShownAttribute, site=site)
class ShownAttributeAdmin(SetUp, admin.ModelAdmin):  # type: ignore[type-arg]
    form = CheckedForm
    list_display = ("label", "key", "instance", "place", "role")
    list_filter = ("instance",)
    list_select_related = ("instance",)

    def has_delete_permission(self, request: HttpRequest, obj: ShownAttribute | None = None) -> bool:
        return self.has_change_permission(request)

    def formfield_for_dbfield(self, db_field: Field[Any, Any], request: HttpRequest, **kwargs: Any) -> Any:
        return Lines.of(db_field) or super().formfield_for_dbfield(db_field, request, **kwargs)
