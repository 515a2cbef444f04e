from msgspec import UNSET, json

from calls.configuration.changes import bring, named
from calls.configuration.checks import bare_name
from calls.configuration.file import InstancePart, PolicyPart, StreamPart
from calls.models import Instance, Policy, SalesforceOrg, Stream


def bring_instance(part: InstancePart, at: str) -> list[str]:
    what = f"instance {part.alias}"
    instance = Instance.objects.filter(alias=part.alias).first() or Instance(alias=part.alias)
    values = part.given("arn", "role_arn", "external_id", "describe_contacts", "describe_per_s", "current_metrics")
    if part.salesforce:
        values["salesforce"] = named(SalesforceOrg, "name", part.salesforce, f"{at}.salesforce")
    elif part.salesforce == "":
        values["salesforce"] = None
    lines = bring(instance, values, what=what, at=at)
    if part.stream is not UNSET:
        lines += _bring_streams(instance, part.stream, what, at)
    return lines + _bring_policy(instance, part.policy or PolicyPart(), what, at)


def _bring_streams(instance: Instance, parts: list[StreamPart], what: str, at: str) -> list[str]:
    lines = []
    known = {bare_name(stream.name): stream for stream in instance.streams.all()}
    for n, part in enumerate(parts):
        stream = known.pop(bare_name(part.name), None) or Stream(instance=instance)
        # What the brake stopped waits for a person, however often this is run.
        values = part.given("kind", "name", "start", "poll_ms", "behind_limit_s")
        if part.fan_out is not UNSET:
            values["is_fanned_out"] = part.fan_out
        values["is_stopped"] = bool(stream.stopped_because)
        lines += bring(stream, values, what=f"{what}: stream {part.name}", at=f"{at}.stream[{n}]")
    # Not deleted: its dead letters, and how far it was read, go with it.
    for stream in known.values():
        if Stream.objects.filter(pk=stream.pk, is_stopped=False).update(is_stopped=True):
            lines += [f"{what}: stream {stream.name}: no longer named, stopped"]
    return lines


def _bring_policy(instance: Instance, part: PolicyPart, what: str, at: str) -> list[str]:
    policy = Policy.objects.filter(instance=instance).first() or Policy(instance=instance)
    values = part.given(
        "preset",
        "short_abandon_s",
        "short_flow_s",
        "callback_settle_min",
        "leg_wait_s",
        "merge_window_h",
        "case_max_age_h",
        "silence_ends_s",
        "silence_marks_s",
        "provisional_after_s",
        "opens_cases_early",
        "service_level_s",
    )
    if part.outcomes is not UNSET:
        values["overrides"] = part.outcomes
    if part.mark is not UNSET:
        values["marks"] = json.decode(json.encode(part.mark))  # as the database gives it back
    return bring(policy, values, what=f"{what}: policy", at=f"{at}.policy")
