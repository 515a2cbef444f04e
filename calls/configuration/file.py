"""The file's own shape. A key that is not given is UNSET: what it stands for stays as it is."""

import re
from datetime import date, datetime, time
from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType

from calls.models import Alert, AlertChannel, AlertRule, Policy, SalesforceOrg, ShownAttribute, Stream
from calls.models.queue_level import Figure, Level
from calls.outcomes import Mark
from calls.outcomes.rules import Span

Name = Annotated[str, Meta(min_length=1)]


_URL = re.compile(r"https://[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[1-9]\d{1,4})?", re.IGNORECASE)


class Url(str):
    """https:// and a host."""

    __slots__ = ()


class Start(str):
    """trim-horizon, latest or a moment: text, or TOML's own date and time."""

    __slots__ = ()


def text_of(wanted: type, value: object) -> Any:
    """msgspec's dec_hook."""
    if wanted is Start and isinstance(value, datetime | date | time):
        return Start(value.isoformat())
    if not isinstance(value, str):
        raise ValueError(f"Expected `str`, got `{type(value).__name__}`")
    if wanted is Url and not _URL.fullmatch(value.rstrip("/")):
        raise ValueError("Must be https:// and a host, and nothing after it")
    return Url(value.rstrip("/")) if wanted is Url else Start(value)


class Part(Struct, kw_only=True, forbid_unknown_fields=True):
    def given(self, *keys: str) -> dict[str, Any]:
        """Those of `keys` that the file gives, with their values."""
        return {key: getattr(self, key) for key in keys if getattr(self, key) is not UNSET}


class SalesforcePart(Part):
    name: Name
    login_url: Url | UnsetType = UNSET
    lightning_url: Url | UnsetType = UNSET
    flow: SalesforceOrg.Flow | UnsetType = UNSET
    client_id: str | UnsetType = UNSET
    username: str | UnsetType = UNSET
    client_secret_env: Name | UnsetType = UNSET
    password_env: Name | UnsetType = UNSET
    private_key_env: Name | UnsetType = UNSET
    api_version: str | UnsetType = UNSET


class StreamPart(Part):
    kind: Stream.Kind
    name: Name
    start: Start | UnsetType = UNSET
    poll_ms: int | UnsetType = UNSET
    fan_out: bool | UnsetType = UNSET
    behind_limit_s: int | UnsetType = UNSET


class PolicyPart(Part):
    preset: Policy.Preset | UnsetType = UNSET
    outcomes: dict[str, bool] | UnsetType = UNSET
    mark: list[Mark] | UnsetType = UNSET
    short_abandon_s: Span | UnsetType = UNSET
    short_flow_s: Span | UnsetType = UNSET
    callback_settle_min: Span | UnsetType = UNSET
    leg_wait_s: Span | UnsetType = UNSET
    merge_window_h: int | UnsetType = UNSET
    case_max_age_h: int | UnsetType = UNSET
    silence_ends_s: int | UnsetType = UNSET
    silence_marks_s: int | UnsetType = UNSET
    provisional_after_s: int | UnsetType = UNSET
    opens_cases_early: bool | UnsetType = UNSET
    service_level_s: int | UnsetType = UNSET


class AlertPart(Part):
    name: Name
    kind: AlertRule.Kind
    team: str | UnsetType = UNSET
    on: bool | UnsetType = UNSET
    severity: Alert.Severity | UnsetType = UNSET
    category: str | UnsetType = UNSET
    turns: int | UnsetType = UNSET
    seconds: int | UnsetType = UNSET
    figure: Figure | UnsetType = UNSET
    queue: str | UnsetType = UNSET
    level: Level | UnsetType = UNSET


class LevelPart(Part):
    figure: Figure
    amber: float
    red: float
    queue: str = ""


class AttributePart(Part):
    key: Name
    label: Name
    role: ShownAttribute.Role | UnsetType = UNSET
    ok: list[Name] | UnsetType = UNSET
    warn: list[Name] | UnsetType = UNSET


class InstancePart(Part):
    alias: Name
    arn: str | UnsetType = UNSET
    role_arn: str | UnsetType = UNSET
    external_id: str | UnsetType = UNSET
    salesforce: str | UnsetType = UNSET
    describe_contacts: bool | UnsetType = UNSET
    describe_per_s: float | UnsetType = UNSET
    current_metrics: bool | UnsetType = UNSET
    stream: list[StreamPart] | UnsetType = UNSET
    policy: PolicyPart | UnsetType = UNSET
    alert: list[AlertPart] | UnsetType = UNSET
    level: list[LevelPart] | UnsetType = UNSET
    attribute: list[AttributePart] | UnsetType = UNSET


class ChannelPart(Part):
    name: Name
    kind: AlertChannel.Kind
    address: str | UnsetType = UNSET
    address_env: Name | UnsetType = UNSET
    signing_key_env: Name | UnsetType = UNSET
    least_severity: Alert.Severity | UnsetType = UNSET
    on: bool | UnsetType = UNSET


class TeamPart(Part):
    name: Name
    instance: str | UnsetType = UNSET
    all_queues: bool | UnsetType = UNSET
    queues: list[Name] | UnsetType = UNSET
    numbers: list[Name] | UnsetType = UNSET
    agents: list[Name] | UnsetType = UNSET
    members: list[Name] | UnsetType = UNSET
    channel: list[ChannelPart] | UnsetType = UNSET


class PersonPart(Part):
    username: Name
    roles: list[str] | UnsetType = UNSET
    connect_username: str | UnsetType = UNSET
    salesforce_username: str | UnsetType = UNSET
    time_zone: str | UnsetType = UNSET


class File(Part):
    salesforce: list[SalesforcePart] = []
    instance: list[InstancePart] = []
    team: list[TeamPart] = []
    person: list[PersonPart] = []
