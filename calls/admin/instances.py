from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from calls.admin.set_up import CheckedForm, SetUp
from calls.admin.site import site
from calls.admin.streams import StreamInline
from calls.models import Instance, Policy


class PolicyForm(CheckedForm):
    def clean_overrides(self) -> object:
        return self.cleaned_data["overrides"] or {}

    def clean_marks(self) -> object:
        return self.cleaned_data["marks"] or []


class PolicyInline(SetUp, admin.StackedInline):  # type: ignore[type-arg]
    model = Policy
    form = PolicyForm


@admin.register(Instance, site=site)
class InstanceAdmin(SetUp, admin.ModelAdmin):  # type: ignore[type-arg]
    form = CheckedForm
    list_display = ("alias", "arn", "salesforce")
    list_select_related = ("salesforce",)
    inlines = (PolicyInline, StreamInline)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        # A policy that was left as it is shown is not among the saved forms.
        Policy.objects.get_or_create(instance=form.instance)
