from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import UserChangeForm
from django.db.models import QuerySet
from django.http import HttpRequest

from calls.admin.set_up import SetUp
from calls.admin.site import site
from calls.configuration.roles import give_roles
from calls.models import Person
from calls.rights import ROLES, roles_of


class PersonForm(UserChangeForm):  # type: ignore[type-arg]
    roles = forms.MultipleChoiceField(
        choices=[(role, role) for role in ROLES], required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["roles"] = [role for role in ROLES if role in roles_of(self.instance)]


@admin.register(Person, site=site)
class PersonAdmin(SetUp, UserAdmin):  # type: ignore[type-arg]
    form = PersonForm
    list_display = ("username", "first_name", "last_name", "roles", "member_of", "is_active", "last_login")
    list_filter = ("groups", "is_active")
    readonly_fields = ("last_login", "date_joined")
    filter_horizontal = ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Person]:
        return super().get_queryset(request).prefetch_related("groups", "teams")

    def get_fieldsets(self, request: HttpRequest, obj: Person | None = None) -> Any:
        if obj is None:
            return self.add_fieldsets
        # Who sets up must not make themselves one who sees everything.
        power = ("is_superuser",) if request.user.is_superuser else ()
        return (
            (None, {"fields": ("username", "password", "is_active", "roles", *power)}),
            ("About them", {"fields": ("first_name", "last_name", "email", "time_zone")}),
            ("Elsewhere", {"fields": ("connect_username", "salesforce_username")}),
            ("When", {"fields": self.readonly_fields}),
        )

    def has_change_permission(self, request: HttpRequest, obj: Person | None = None) -> bool:
        is_above = obj is not None and obj.is_superuser and not request.user.is_superuser
        return super().has_change_permission(request, obj) and not is_above

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if "roles" in form.cleaned_data:  # asked for once the person is there
            give_roles(form.instance, form.cleaned_data["roles"])

    def roles(self, person: Person) -> str:
        return ", ".join(role for role in ROLES if role in roles_of(person))

    @admin.display(description="teams")
    def member_of(self, person: Person) -> str:
        return ", ".join(team.name for team in person.teams.all())
