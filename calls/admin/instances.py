from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from calls.admin.set_up import CheckedForm, SetUp
from calls.admin.site import site
from calls.admin.streams import StreamInline
from calls.describing.asking import describing_backlog
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
    readonly_fields = ("numbers", "figures")
    list_select_related = ("salesforce",)
    inlines = (PolicyInline, StreamInline)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        # A policy that was left as it is shown is not among the saved forms.
        Policy.objects.get_or_create(instance=form.instance)

    @admin.display(description="numbers of callers")
    def numbers(self, instance: Instance) -> str:
        """Of calls in progress, which no stream tells."""
        if not instance.describe_contacts:
            return "known after the call"
        asked = f"{describing_backlog(instance)} still to be asked for"
        return f"known after the call ({instance.describe_trouble}); {asked}" if instance.describe_trouble else asked

    @admin.display(description="figures of queues")
    def figures(self, instance: Instance) -> str:
        if not instance.current_metrics:
            return "not asked for"
        return instance.metrics_trouble or "asked for every 15 s"
