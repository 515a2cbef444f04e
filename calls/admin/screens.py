from __future__ import annotations

from typing import Any, cast

from django.conf import settings
from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.html import format_html

from calls.admin.set_up import SetUp
from calls.admin.site import site
from calls.admin.spans import since
from calls.models import Person, SavedView, ScreenLink


@admin.register(ScreenLink, site=site)
class ScreenLinkAdmin(SetUp, admin.ModelAdmin):  # type: ignore[type-arg]
    fields = ("name", "team", "view", "shows_words")
    list_display = ("name", "team", "view", "shows_words", "state", "seen", "made_by", "made_at")
    list_filter = ("team", "shows_words")
    list_select_related = ("team", "view", "made_by")
    actions = ("revoke",)

    class Media:
        css = {"all": ["calls/admin.css"]}

    def has_delete_permission(self, request: HttpRequest, obj: ScreenLink | None = None) -> bool:
        return self.has_change_permission(request)  # nothing hangs on it; its name is free again

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "view":
            shared = Q(is_shared=True) & Q(page=SavedView.Page.WALL)
            kwargs["queryset"] = SavedView.objects.filter(shared | Q(screenlink__isnull=False)).distinct()
            kwargs["empty_label"] = "every call of the team, worst first"
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        # Teams have their own page; a view is made on the wall.
        field.widget.can_add_related = field.widget.can_change_related = False  # type: ignore[union-attr]
        field.widget.can_view_related = False  # type: ignore[union-attr]
        return field

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if not change:
            obj.made_by = cast(Person, request.user)
            obj.token = obj.renew()
        super().save_model(request, obj, form, change)

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: str | None = None) -> HttpResponse:
        """The one answer that has the link: it is kept nowhere, in no session and in no cookie."""
        address = f"{settings.PUBLIC_URL}/screen/#{obj.token}"
        context = {**self.admin_site.each_context(request), "screen": obj, "address": address, "opts": self.opts}
        return TemplateResponse(request, "admin/calls/screenlink/made.html", context | {"title": f"Screen {obj}"})

    @admin.action(description="Revoke", permissions=["change"])
    def revoke(self, request: HttpRequest, screens: QuerySet[ScreenLink]) -> None:
        revoked = [screen for screen in screens if screen.revoke()]
        for screen in revoked:
            self.log_change(request, screen, "Revoked.")
        self.message_user(request, f"{len(revoked)} revoked: they say so within seconds.", messages.SUCCESS)

    def state(self, screen: ScreenLink) -> str:
        return "valid" if screen.revoked_at is None else format_html('<strong class="wrong">{}</strong>', "revoked")

    @admin.display(description="last seen", ordering="last_seen_at")
    def seen(self, screen: ScreenLink) -> str:
        return since(screen.last_seen_at, timezone.now()) or "never"
