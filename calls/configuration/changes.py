"""One thing brought to what the file says of it, and the lines that tell what changed."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db.models import JSONField, Model

from calls.configuration.checks import check
from calls.configuration.errors import ConfigurationError
from calls.secrets import SecretField

KEYS = {
    "client_secret": "client_secret_env",
    "password": "password_env",
    "private_key": "private_key_env",
    "overrides": "outcomes",
    "marks": "mark",
    "address": "address_env",
    "signing_key": "signing_key_env",
    "is_on": "on",
    "queue_name": "queue",
    "ok_values": "ok",
    "warn_values": "warn",
}


def bring(thing: Model, values: dict[str, Any], *, what: str, at: str) -> list[str]:
    """Checks and saves, if anything differs; raises ConfigurationError. A list is the same in any order."""
    lines = [f"{what}: created"] if thing._state.adding else list(_differences(thing, values, what))
    if lines:
        for name, value in values.items():
            setattr(thing, name, value)
        _validate(thing, at)
        thing.save()
    return lines


def _differences(thing: Model, values: dict[str, Any], what: str) -> Iterator[str]:
    for name, value in values.items():
        before = getattr(thing, name)
        if not _is_same(before, value):
            yield from (f"{what}: {words}" for words in _told(thing, name, before, value))


def _is_same(before: Any, value: Any) -> bool:
    if _is_list_of_text(before) and _is_list_of_text(value):
        return set(before) == set(value)
    return bool(before == value)


def _is_list_of_text(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def _told(thing: Model, name: str, before: Any, value: Any) -> Iterator[str]:
    field = thing._meta.get_field(name)
    if isinstance(field, SecretField):
        yield f"{name.replace('_', ' ')}: changed"
    elif isinstance(field, JSONField):  # marks may hold numbers of people
        yield f"{KEYS[name]}: changed"
    elif isinstance(value, list):
        yield from difference(name.removesuffix("s"), before, value)
    elif name == "is_stopped":
        yield "resumed"
    else:
        yield f"{name}: {_shown(before)} -> {_shown(value)}"


def difference(what: str, before: Iterable[str], after: Iterable[str]) -> Iterator[str]:
    gone, come = set(before) - set(after), set(after) - set(before)
    yield from (f"{what} {name} removed" for name in sorted(gone))
    yield from (f"{what} {name} added" for name in sorted(come))


def _shown(value: object) -> str:
    if value is None or value == "":
        return "none"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _validate(thing: Model, at: str) -> None:
    try:
        thing.full_clean()
        check(thing)
    except ValidationError as error:
        name, errors = next(iter(error.error_dict.items()))
        place = at if name == NON_FIELD_ERRORS else f"{at}.{KEYS.get(name, name)}"
        if errors[0].code in ("blank", "null"):
            raise ConfigurationError(place, "is missing, and needed") from None
        raise ConfigurationError(place, " ".join(errors[0].messages)) from None


def named(model: type[Model], by: str, name: str, at: str) -> Any:
    """The thing that a key names, made by this file or there before; raises ConfigurationError."""
    found = model._default_manager.filter(**{by: name}).first()
    if found is None:
        raise ConfigurationError(at, f"“{name}” is neither in this file nor in the database")
    return found
