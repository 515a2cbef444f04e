from typing import cast
from zoneinfo import available_timezones

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from calls.models import Person


class ZoneForm(forms.Form):
    time_zone = forms.ChoiceField(label="Time zone", choices=[(name, name) for name in sorted(available_timezones())])


@login_required
def zone(request: HttpRequest) -> HttpResponse:
    """Where a person chooses the zone in which they read times."""
    person = cast(Person, request.user)
    form = ZoneForm(request.POST or None, initial={"time_zone": person.time_zone})
    if request.method == "POST" and form.is_valid():
        person.time_zone = form.cleaned_data["time_zone"]
        person.save(update_fields=["time_zone"])
        messages.info(request, f"Times are shown in {person.time_zone} now.")
        return redirect("zone")
    return render(request, "pages/zone.html", {"form": form})
