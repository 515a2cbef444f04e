"""From TOML to a checked File, or an error that names the key and what it may be."""

import re
import tomllib
from collections.abc import Iterable
from enum import Enum

import msgspec
from msgspec import UNSET, inspect

from calls.configuration.errors import ConfigurationError
from calls.configuration.file import File, InstancePart, StreamPart, text_of
from calls.outcomes import OUTCOMES
from calls.rights import ROLES

_PLACED = re.compile(r"(?P<why>.*?)(?: - at `(?:key` in `)?\$\.?(?P<at>.*)`)?", re.DOTALL)
_UNKNOWN = re.compile(r"Object contains unknown field `(.*)`", re.DOTALL)
_MISSING = re.compile(r"Object missing required field `(.*)`", re.DOTALL)


def read(text: str) -> File:
    """Raises ConfigurationError."""
    if re.search(r"\\u0{4}|\\U0{8}", text):
        raise ConfigurationError("", "It holds a NUL, which no text may")
    try:
        file = msgspec.convert(tomllib.loads(text), File, dec_hook=text_of)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError("", f"Not TOML: {error}") from None
    except msgspec.ValidationError as error:
        raise _explained(str(error)) from None
    _refuse_doubles(file)
    _refuse_unknown_names(file)
    return file


def _explained(message: str) -> ConfigurationError:
    found = _PLACED.fullmatch(message)
    at, why = (found["at"] or "", found["why"]) if found else ("", message)
    if unknown := _UNKNOWN.fullmatch(why):
        return ConfigurationError(_join(at, unknown[1]), f"there is no such key; allowed: {_allowed(at)}")
    if missing := _MISSING.fullmatch(why):
        return ConfigurationError(_join(at, missing[1]), "is missing")
    if why.startswith("Invalid enum value"):
        return ConfigurationError(at, f"allowed: {_allowed(at)}")
    return ConfigurationError(at, why[:1].lower() + why[1:].replace("`array`", "a list").replace("`object`", "a table"))


def _join(at: str, key: str) -> str:
    return f"{at}.{key}" if at else key


def _allowed(at: str) -> str:
    """What the type at a key's path takes: the keys of a table, or the values of a choice."""
    kind: object = inspect.type_info(File)
    for key in re.findall(r"[a-z_]+", at):
        kind = next(field.type for field in _fields(kind) if field.encode_name == key)
    for each in _members(kind):
        # Django's choices have a metaclass of their own: to msgspec they are custom types.
        if isinstance(each, inspect.CustomType) and issubclass(each.cls, Enum):
            return ", ".join(member.value for member in each.cls)
        if isinstance(each, inspect.LiteralType):
            return ", ".join(map(str, each.values))
    return ", ".join(field.encode_name for field in _fields(kind))


def _fields(kind: object) -> tuple[inspect.Field, ...]:
    return next(each.fields for each in _members(kind) if isinstance(each, inspect.StructType))


def _members(kind: object) -> list[object]:
    """A type's own parts: those of a union, and what a list holds."""
    if isinstance(kind, inspect.UnionType):
        return [member for each in kind.types for member in _members(each)]
    if isinstance(kind, inspect.ListType | inspect.VarTupleType):
        return _members(kind.item_type)
    return [kind]


def _refuse_doubles(file: File) -> None:
    for key, by in {"salesforce": "name", "instance": "alias", "team": "name", "person": "username"}.items():
        _refuse_double(key, by, [getattr(part, by) for part in getattr(file, key)])
    _refuse_double("instance", "arn", [part.arn for part in file.instance])
    for n, instance in enumerate(file.instance):
        # A stream goes by its name or by its ARN, and must not be read twice.
        names = [part.name.rpartition("/")[2] for part in _streams(instance)]
        _refuse_double(f"instance[{n}].stream", "name", names)
        _refuse_double(f"instance[{n}].alert", "name", [part.name for part in instance.alert or []])
        _refuse_double(f"instance[{n}].attribute", "key", [part.key for part in instance.attribute or []])
        levels = [f"{part.figure.value} of {part.queue or 'every queue'}" for part in instance.level or []]
        _refuse_double(f"instance[{n}].level", "figure", levels)
    for n, team in enumerate(file.team):
        _refuse_double(f"team[{n}].channel", "name", [part.name for part in team.channel or []])


def _streams(instance: InstancePart) -> list[StreamPart]:
    return instance.stream or []


def _refuse_double(key: str, by: str, values: Iterable[object]) -> None:
    seen: dict[object, int] = {}
    for n, value in enumerate(values):
        if value is not UNSET and seen.setdefault(value, n) != n:
            raise ConfigurationError(f"{key}[{n}].{by}", f"“{value}” is already the {by} of {key}[{seen[value]}]")


def _refuse_unknown_names(file: File) -> None:
    for n, instance in enumerate(file.instance):
        for outcome in (instance.policy and instance.policy.outcomes) or {}:
            _refuse_unknown(outcome, OUTCOMES, f"instance[{n}].policy.outcomes.{outcome}", "outcome")
    for n, person in enumerate(file.person):
        for m, role in enumerate(person.roles or []):
            _refuse_unknown(role, ROLES, f"person[{n}].roles[{m}]", "role")


def _refuse_unknown(name: str, known: Iterable[str], at: str, what: str) -> None:
    if name not in known:
        raise ConfigurationError(at, f"there is no {what} “{name}”; allowed: {', '.join(known)}")
