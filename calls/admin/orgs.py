from typing import Any

from django import forms
from django.contrib import admin

from calls.admin.set_up import CheckedForm, SetUp
from calls.admin.site import site
from calls.configuration.orgs import SECRETS
from calls.models import SalesforceOrg

KEEP = "Never shown. Leave it empty to keep the one that is stored."


class UnshownText(forms.Textarea):
    """For a key of several lines, which a password's input would join."""

    def format_value(self, value: object) -> str:
        return ""


def secret(widget: forms.Widget) -> forms.CharField:
    return forms.CharField(required=False, widget=widget, help_text=KEEP)


class OrgForm(CheckedForm):
    client_secret = secret(forms.PasswordInput(attrs={"autocomplete": "new-password"}))
    password = secret(forms.PasswordInput(attrs={"autocomplete": "new-password"}))
    private_key = secret(UnshownText(attrs={"rows": 4, "cols": 70, "autocomplete": "off"}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial = {**self.initial, **dict.fromkeys(SECRETS, "")}

    def clean(self) -> dict[str, Any]:
        super().clean()
        kept = {name: getattr(self.instance, name) for name in SECRETS if not self.cleaned_data.get(name)}
        return self.cleaned_data | kept


@admin.register(SalesforceOrg, site=site)
class OrgAdmin(SetUp, admin.ModelAdmin):  # type: ignore[type-arg]
    form = OrgForm
    list_display = ("name", "login_url", "flow", "trouble", "limit")
    readonly_fields = ("trouble", "retry_at", "limit")
    fields = (
        "name",
        "login_url",
        "lightning_url",
        "flow",
        "client_id",
        "username",
        *SECRETS,
        "api_version",
        *readonly_fields,
    )

    @admin.display(description="API calls of the day")
    def limit(self, org: SalesforceOrg) -> str:
        return "not known yet" if org.limit_used is None else f"{org.limit_used} of {org.limit_total} used"
