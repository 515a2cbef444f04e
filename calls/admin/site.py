from typing import Any

from django.conf import settings
from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.db.models import prefetch_related_objects
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse

from calls.alarms import alarms, redis_alarms
from calls.rights import rights_of

GROUPS = {
    "Where calls come from and go to": ("Instance", "Stream", "SalesforceOrg"),
    "Who sees them": ("Team", "Person", "ScreenLink"),
    "What people are told": ("AlertRule", "AlertChannel", "QueueLevel", "ShownAttribute"),
    "What came of them": ("Case", "DeadLetter", "Gap", "Backfill"),
}


class Site(AdminSite):
    site_header = site_title = "Ringback"
    index_title = "Set-up"
    enable_nav_sidebar = False  # tables of streams want the width

    def has_permission(self, request: HttpRequest) -> bool:
        if request.user.is_authenticated:
            prefetch_related_objects([request.user], "groups")  # each model on a page asks for the rights again
        return "setup" in rights_of(request.user)

    def get_urls(self) -> list[Any]:
        # Django's way from a model's number to its page asks nobody whose page it is, and its answer names the call.
        return [url for url in super().get_urls() if getattr(url, "name", "") != "view_on_site"]

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        return super().index(request, {**(extra_context or {}), "alarms": [*redis_alarms(), *alarms()]})

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if self.has_permission(request):
            return HttpResponseRedirect(reverse("admin:index"))
        if request.user.is_authenticated:
            raise Http404
        return redirect_to_login(request.GET.get("next", request.path), settings.LOGIN_URL)

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        apps: list[Any] = super().get_app_list(request, app_label)
        if app_label:
            return apps
        models = {model["object_name"]: model for app in apps for model in app["models"]}
        return [
            {**apps[0], "name": name, "models": [models[each] for each in names if each in models]}
            for name, names in GROUPS.items()
        ]


site = Site()
