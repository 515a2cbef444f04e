from typing import cast
from zoneinfo import available_timezones

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from calls.models import Person


class AccountForm(forms.Form):
    time_zone = forms.ChoiceField(
        label="Show times in", choices=[(name, name) for name in sorted(available_timezones())]
    )
    has_letter_keys = forms.BooleanField(label="Single keys are shortcuts on the live pages", required=False)


@login_required
def zone(request: HttpRequest) -> HttpResponse:
    """Where a person chooses the zone in which they read times, and whether single keys do anything."""
    person = cast(Person, request.user)
    chosen = {name: getattr(person, name) for name in AccountForm.base_fields}
    form = AccountForm(request.POST or None, initial=chosen)
    if request.method == "POST" and form.is_valid():
        for name, value in form.cleaned_data.items():
            setattr(person, name, value)
        person.save(update_fields=list(form.cleaned_data))
        keys = "on" if person.has_letter_keys else "off"
        messages.info(request, f"Times are shown in {person.time_zone} now, and single keys are {keys}.")
        return redirect("zone")
    return render(request, "pages/zone.html", {"form": form})
