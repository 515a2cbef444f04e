"""Rules on what may be set up that the fields' own validators do not hold; each raises Django's ValidationError."""

import re
from functools import singledispatch
from math import inf

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django.core.exceptions import ValidationError
from django.db.models import Model

from calls.models import AlertChannel, AlertRule, Instance, Policy, QueueLevel, SalesforceOrg, Stream, Team
from calls.models.instance import ARN

LIMITS: dict[str, tuple[float, float]] = {
    "poll_ms": (200, 60_000),  # Kinesis lets a shard be read five times a second
    "behind_limit_s": (5, 24 * 3600),
    "merge_window_h": (0, 24 * 366),
    "case_max_age_h": (0, 24 * 366),
    "silence_ends_s": (10, 24 * 3600),
    "silence_marks_s": (10, 24 * 3600),
    "provisional_after_s": (0, 3600),
    "service_level_s": (1, 3600),
    "describe_per_s": (0.1, 50),
    "turns": (1, 12),  # as many as a conversation's trend holds
    "seconds": (5, 24 * 3600),
}
NEEDED = {
    SalesforceOrg.Flow.CLIENT_CREDENTIALS: ("client_secret",),
    SalesforceOrg.Flow.JWT_BEARER: ("username", "private_key"),
    SalesforceOrg.Flow.PASSWORD: ("client_secret", "username", "password"),
}
TAKEN = {
    AlertRule.Kind.CATEGORY: ("category",),
    AlertRule.Kind.SENTIMENT: ("turns", "seconds"),
    AlertRule.Kind.LONG_CALL: ("seconds",),
    AlertRule.Kind.SILENCE: ("seconds",),
    AlertRule.Kind.LONG_WAIT: ("seconds",),
    AlertRule.Kind.THRESHOLD: ("figure", "queue_name", "level"),
}
_ROLE_ARN = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:role/[\w+=,.@/-]+")
_STREAM_ARN = re.compile(r"(arn:aws[a-z-]*):kinesis:([a-z0-9-]+):(\d{12}):stream/[A-Za-z0-9_.-]{1,128}")
_STREAM_NAME = re.compile(r"[A-Za-z0-9_.-]{1,128}")
_NUMBER = re.compile(r"\+[1-9]\d{2,14}")


def bare_name(stream_name: str) -> str:
    """The name of a stream that may be given by its ARN."""
    return stream_name.rpartition("/")[2]


@singledispatch
def check(thing: Model) -> None:
    """What is right by its fields alone."""


@check.register
def _(org: SalesforceOrg) -> None:
    missing = [name for name in NEEDED.get(SalesforceOrg.Flow(org.flow), ()) if not getattr(org, name)]
    if missing:
        raise ValidationError({missing[0]: f"The flow {org.flow} needs it."})
    if not re.fullmatch(r"\d{2,3}\.0", org.api_version):
        raise ValidationError({"api_version": "A version of Salesforce's API is written like 60.0."})
    if org.private_key and not _is_rsa_key(org.private_key):
        raise ValidationError({"private_key": "It is not an RSA private key in PEM without a passphrase."})


def _is_rsa_key(pem: str) -> bool:
    try:
        return isinstance(load_pem_private_key(pem.encode(), None), RSAPrivateKey)
    except (ValueError, TypeError):
        return False


@check.register
def _(instance: Instance) -> None:
    if instance.role_arn and not _ROLE_ARN.fullmatch(instance.role_arn):
        raise ValidationError({"role_arn": "Not the ARN of a role: arn:aws:iam::ACCOUNT:role/NAME."})
    _check_limits(instance, "describe_per_s")
    if instance.external_id and not instance.role_arn:
        raise ValidationError({"external_id": "It goes with a role_arn only."})


@check.register
def _(stream: Stream) -> None:
    _check_limits(stream, "poll_ms", "behind_limit_s")
    _check_stream_name(stream.name, stream.instance)
    before = Stream.objects.filter(pk=stream.pk, shards__isnull=False).values_list("name", flat=True).first()
    if before and bare_name(before) != bare_name(stream.name):
        raise ValidationError({"name": "This stream has been read. Stop it, and add another."})


def _check_stream_name(name: str, instance: Instance) -> None:
    if not name.startswith("arn:"):
        if not _STREAM_NAME.fullmatch(name):
            raise ValidationError({"name": "Not the name of a Kinesis stream, nor its ARN."})
        return
    stream, connect = _STREAM_ARN.fullmatch(name), ARN.fullmatch(instance.arn)
    if not stream:
        raise ValidationError({"name": "Not the ARN of a Kinesis stream: arn:aws:kinesis:REGION:ACCOUNT:stream/NAME."})
    if connect and (stream[2], stream[3]) != (connect["region"], instance.arn.split(":")[4]):
        raise ValidationError({"name": "A stream is of the region and the account of its instance."})


@check.register
def _(policy: Policy) -> None:
    _check_limits(policy, "merge_window_h", "case_max_age_h", "silence_ends_s", "silence_marks_s")
    _check_limits(policy, "provisional_after_s", "service_level_s")


@check.register
def _(rule: AlertRule) -> None:
    _check_limits(rule, *(name for name in ("turns", "seconds") if getattr(rule, name) is not None))
    taken = TAKEN[AlertRule.Kind(rule.kind)]
    for name in {name for names in TAKEN.values() for name in names}.difference(taken):
        if getattr(rule, name):
            raise ValidationError({name: f"A rule of the kind {rule.kind} does not take it."})


@check.register
def _(level: QueueLevel) -> None:
    for name in ("amber", "red"):
        if not 0 <= getattr(level, name) < inf:
            raise ValidationError({name: "A number from 0 on."})


@check.register
def _(channel: AlertChannel) -> None:
    if channel.is_email and channel.signing_key:
        raise ValidationError({"signing_key": "It goes with webhooks only."})


def _check_limits(thing: Model, *names: str) -> None:
    for name in names:
        least, most = LIMITS[name]
        if not least <= getattr(thing, name) <= most:
            raise ValidationError({name: f"From {least} to {most}."})


@check.register
def _(team: Team) -> None:
    if any(not _NUMBER.fullmatch(number) for number in team.numbers):
        raise ValidationError({"numbers": "A number is written with its country: +15555550100."})
