"""Rules of alerts, thresholds and shown attributes of an instance, channels of a team."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Model
from msgspec import UNSET

from calls.configuration.changes import bring, named
from calls.configuration.errors import ConfigurationError
from calls.configuration.file import AlertPart, AttributePart, ChannelPart, InstancePart, LevelPart, TeamPart
from calls.configuration.secrets_named import secrets_named
from calls.models import AlertChannel, AlertRule, Instance, QueueLevel, ShownAttribute, Team

SECRETS = ("address", "signing_key")


def bring_alerting(part: InstancePart, at: str) -> list[str]:
    """After the teams, which rules may name."""
    instance = Instance.objects.get(alias=part.alias)
    what, lines = f"instance {part.alias}", []
    if part.alert is not UNSET:
        lines += _bring_rules(instance, part.alert, what, at)
    if part.level is not UNSET:
        lines += _bring_levels(instance, part.level, what, at)
    if part.attribute is not UNSET:
        lines += _bring_attributes(instance, part.attribute, what, at)
    return lines


def _bring_rules(instance: Instance, parts: list[AlertPart], what: str, at: str) -> list[str]:
    lines = []
    known = {rule.name: rule for rule in AlertRule.objects.filter(instance=instance)}
    for n, part in enumerate(parts):
        rule = known.pop(part.name, None) or AlertRule(instance=instance, name=part.name)
        place = f"{at}.alert[{n}]"
        values = part.given("kind", "severity", "category", "turns", "seconds", "figure", "level")
        values |= _renamed(part, on="is_on", queue="queue_name")
        if part.team is not UNSET:
            values["team"] = named(Team, "name", part.team, f"{place}.team") if part.team else None
        lines += bring(rule, values, what=f"{what}: alert {part.name}", at=place)
    return lines + _take_away(known.values(), f"{what}: alert")


def _bring_levels(instance: Instance, parts: list[LevelPart], what: str, at: str) -> list[str]:
    lines = []
    known = {(level.queue_name, level.figure): level for level in QueueLevel.objects.filter(instance=instance)}
    for n, part in enumerate(parts):
        key = {"queue_name": part.queue, "figure": part.figure.value}
        level = known.pop((part.queue, part.figure.value), None) or QueueLevel(instance=instance, **key)
        lines += bring(level, part.given("amber", "red"), what=f"{what}: level of {level}", at=f"{at}.level[{n}]")
    return lines + _take_away(known.values(), f"{what}: level of")


def _bring_attributes(instance: Instance, parts: list[AttributePart], what: str, at: str) -> list[str]:
    """In the order of the file."""
    known = {shown.key: shown for shown in ShownAttribute.objects.filter(instance=instance)}
    named_now = {part.key for part in parts}
    # First: one role is one attribute's, and may pass on.
    lines = _take_away([shown for key, shown in known.items() if key not in named_now], f"{what}: attribute")
    for n, part in enumerate(parts):
        shown = known.get(part.key) or ShownAttribute(instance=instance, key=part.key)
        values = {"place": n, **part.given("label", "role"), **_renamed(part, ok="ok_values", warn="warn_values")}
        lines += bring(shown, values, what=f"{what}: attribute {part.label}", at=f"{at}.attribute[{n}]")
    return lines


def bring_channels(team: Team, part: TeamPart, at: str, environ: Mapping[str, str]) -> list[str]:
    if part.channel is UNSET:
        return []
    lines = []
    known = {channel.name: channel for channel in AlertChannel.objects.filter(team=team)}
    for n, each in enumerate(part.channel):
        channel = known.pop(each.name, None) or AlertChannel(team=team, name=each.name)
        place = f"{at}.channel[{n}]"
        values = each.given("kind", "least_severity") | _renamed(each, on="is_on") | _address(each, place)
        values |= secrets_named(each, SECRETS, place, environ)
        lines += bring(channel, values, what=f"team {team.name}: channel {each.name}", at=place)
    return lines + _take_away(known.values(), f"team {team.name}: channel")


def _address(part: ChannelPart, at: str) -> dict[str, Any]:
    if part.address is not UNSET and part.kind != AlertChannel.Kind.EMAIL:
        raise ConfigurationError(f"{at}.address", "a webhook's address is a secret: name its variable by address_env")
    return part.given("address")


def _renamed(part: AlertPart | AttributePart | ChannelPart, **names: str) -> dict[str, Any]:
    return {names[key]: value for key, value in part.given(*names).items()}


def _take_away(things: Iterable[Model], what: str) -> list[str]:
    """What the list names no more. Alerts that were raised stay."""
    lines = []
    for thing in things:
        lines.append(f"{what} {thing}: no longer named, removed")
        thing.delete()
    return lines
