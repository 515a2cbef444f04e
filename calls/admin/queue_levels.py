from django.contrib import admin
from django.http import HttpRequest

from calls.admin.set_up import CheckedForm, SetUp
from calls.admin.site import site
from calls.models import QueueLevel


@admin.register(QueueLevel, site=site)
class QueueLevelAdmin(SetUp, admin.ModelAdmin):  # type: ignore[type-arg]
    form = CheckedForm
    list_display = ("__str__", "instance", "amber", "red")
    list_filter = ("instance", "figure")
    list_select_related = ("instance",)

    def has_delete_permission(self, request: HttpRequest, obj: QueueLevel | None = None) -> bool:
        return self.has_change_permission(request)
