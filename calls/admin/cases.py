from typing import cast

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from calls.admin.set_up import ShownOnly
from calls.admin.site import site
from calls.models import Case, Person


@admin.register(Case, site=site)
class CaseAdmin(ShownOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    """Facts only: a case is worked on its own page, where looking at a number is noted."""

    list_display = ("__str__", "instance", "state", "cause_label", "owner", "opened_at", "mirror", "mirror_trouble")
    list_filter = ("instance", "state", "mirror")
    list_select_related = ("instance", "owner")
    view_on_site = False
    fields = (
        "instance",
        "state",
        "disposition",
        "owner",
        "cause_label",
        "drops",
        "opened_at",
        "last_drop_at",
        "closed_at",
        "org",
        "mirror",
        "mirror_trouble",
        "mirror_tries",
        "mirror_at",
        "salesforce_id",
        "salesforce_number",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Case]:
        return Case.objects.visible_to(cast(Person, request.user))
