"""What the admin's pages share: who may use them, what they may be asked, and how input is checked."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest

from calls.configuration.checks import check
from calls.rights import rights_of


class SetUp:
    """By the right to set up, and not by Django's permissions for each model."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return "setup" in rights_of(request.user)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_view_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_view_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # calls, cases or dead letters would go with most of it

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        # Django lets an address ask any field of the model: a number, or the bytes of a dead letter, letter by letter.
        name, _, way = lookup.partition("__")
        asked = {getattr(each, "parameter_name", each) for each in getattr(self, "list_filter", ())}
        return name in asked and way in ("", "exact", "id__exact", "isnull")


class ShownOnly(SetUp):
    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class Lines(forms.CharField):
    """A list of texts, one per line."""

    widget = forms.Textarea(attrs={"rows": 6, "cols": 40})

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        lines = (line.strip() for line in str(value or "").splitlines())
        return list(dict.fromkeys(line for line in lines if line))

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(list(initial or []) != self.to_python(data))

    @classmethod
    def of(cls, field: models.Field[Any, Any]) -> Lines | None:
        if not isinstance(field, ArrayField):
            return None
        return cls(required=not field.blank, help_text=f"{field.help_text} One per line.")


class CheckedForm(forms.ModelForm):  # type: ignore[type-arg]
    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        if not self.errors:
            try:
                check(self.instance)
            except ValidationError as error:
                self.add_error(None, error)
