from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Count, Max, Q, QuerySet
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from calls.admin.orgs import UnshownText, secret
from calls.admin.set_up import CheckedForm, SetUp
from calls.admin.site import site
from calls.admin.spans import since
from calls.models import AlertChannel, AlertDelivery
from calls.notifying.trial import send_trial

SECRETS = ("address", "signing_key")
State = AlertDelivery.State


class ChannelForm(CheckedForm):
    address = secret(UnshownText(attrs={"rows": 2, "cols": 70, "autocomplete": "off"}))
    signing_key = secret(forms.PasswordInput(attrs={"autocomplete": "new-password"}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial = {**self.initial, **dict.fromkeys(SECRETS, "")}

    def clean(self) -> dict[str, Any]:
        super().clean()
        kept = {name: getattr(self.instance, name) for name in SECRETS if not self.cleaned_data.get(name)}
        return self.cleaned_data | kept


@admin.register(AlertChannel, site=site)
class AlertChannelAdmin(SetUp, admin.ModelAdmin):  # type: ignore[type-arg]
    form = ChannelForm
    list_display = ("name", "team", "kind", "least_severity", "is_on", "told", "trouble")
    list_filter = ("team", "kind", "is_on")
    list_select_related = ("team",)
    fields = ("team", "name", "kind", *SECRETS, "least_severity", "is_on", "told", "trouble")
    readonly_fields = ("told", "trouble")
    actions = ("test",)
    change_form_template = "admin/calls/alertchannel/change_form.html"

    class Media:
        css = {"all": ["calls/admin.css"]}

    def has_delete_permission(self, request: HttpRequest, obj: AlertChannel | None = None) -> bool:
        return self.has_change_permission(request)  # only notes of what was sent hang on it

    def get_queryset(self, request: HttpRequest) -> QuerySet[AlertChannel]:
        waiting = Count("deliveries", filter=Q(deliveries__state=State.WAITING))
        last = Max("deliveries__sent_at")
        channels: QuerySet[AlertChannel] = super().get_queryset(request).defer(*SECRETS)  # one may be unreadable
        return channels.annotate(waiting=waiting, last_sent_at=last, now=Now())

    @admin.display(description="Alerts")
    def told(self, channel: Any) -> str:
        if not channel.pk:
            return "none sent yet"
        last = since(channel.last_sent_at, channel.now)
        sent = f"last sent {last}" if last else "none sent yet"
        return f"{sent}, {channel.waiting} waiting" if channel.waiting else sent

    @admin.action(description="Send a test", permissions=["change"])
    def test(self, request: HttpRequest, channels: QuerySet[AlertChannel]) -> HttpResponse | None:
        for channel in channels:
            trouble = send_trial(channel)
            words = f"{channel}: {trouble}." if trouble else f"{channel}: a test was sent."
            self.message_user(request, words, messages.ERROR if trouble else messages.SUCCESS)
            self.log_change(request, channel, "Sent a test.")
        return redirect("admin:calls_alertchannel_change", channels[0].pk) if "back_to" in request.POST else None
