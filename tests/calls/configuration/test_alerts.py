"""Rules of alerts, thresholds, shown attributes and channels by the file."""

from collections.abc import Callable

import pytest
from django.core.management import CommandError

from calls.models import Alert, AlertChannel, AlertRule, Instance, QueueLevel, ShownAttribute, Team
from tests.calls.configuration.world import ARN, WORLD

Configure = Callable[..., list[str]]

HOOK = "https://hooks.example.com/services/T0/B0/secret"
ALERTS = """
[[instance.alert]]
name = "Fraud"
kind = "category"
category = "Fraud"
severity = "critical"

[[instance.alert]]
name = "Chatter"
kind = "category"
category = "Smalltalk"
on = false

[[instance.alert]]
name = "Upset"
kind = "sentiment"
turns = 4
seconds = 60
team = "Billing"

[[instance.alert]]
name = "Full"
kind = "threshold"
figure = "waiting"
level = "red"
queue = "Billing"

[[instance.level]]
figure = "waiting"
amber = 3
red = 6

[[instance.level]]
queue = "Billing"
figure = "service-level"
amber = 80
red = 60.5

[[instance.attribute]]
key = "customerName"
label = "Name"
role = "name"

[[instance.attribute]]
key = "verified"
label = "Verified"
ok = ["yes"]
warn = ["no", "failed"]
"""
CHANNELS = """
[[team.channel]]
name = "leads"
kind = "email"
address = "alice@acme.example, bob@acme.example"
least_severity = "critical"

[[team.channel]]
name = "chat"
kind = "slack"
address_env = "SLACK_URL"
signing_key_env = "SIGNING_KEY"
"""
ALL = WORLD.replace("[[team]]", f"{ALERTS}\n[[team]]", 1).replace("[[person]]", f"{CHANNELS}\n[[person]]", 1)


@pytest.fixture(autouse=True)
def _addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_URL", HOOK)
    monkeypatch.setenv("SIGNING_KEY", "a key of ours")


def test_the_file_brings_them_and_then_has_nothing_to_change(configure: Configure) -> None:
    lines = configure(ALL)
    assert "instance acme: alert Fraud: created" in lines
    assert "instance acme: level of Callers waiting of every queue: created" in lines
    assert "instance acme: attribute Verified: created" in lines
    assert "team Billing: channel chat: created" in lines
    assert not any("secret" in line or "key of ours" in line for line in lines)
    assert configure(ALL) == ["nothing to change"]
    upset = AlertRule.objects.get(name="Upset")
    assert (upset.team, upset.turns, upset.seconds, upset.severity) == (Team.objects.get(), 4, 60, "warning")
    assert AlertRule.objects.get(name="Chatter").is_on is False
    assert AlertRule.objects.get(name="Full").queue_name == "Billing"
    levels = list(QueueLevel.objects.values_list("queue_name", "figure", "amber", "red"))
    assert levels == [("", "waiting", 3, 6), ("Billing", "service-level", 80, 60.5)]
    assert list(ShownAttribute.objects.values_list("key", "role", "ok_values", "warn_values")) == [
        ("customerName", "name", [], []),
        ("verified", "", ["yes"], ["no", "failed"]),
    ]
    chat, leads = AlertChannel.objects.order_by("name")
    assert (chat.address, chat.signing_key, chat.kind) == (HOOK, "a key of ours", "slack")
    assert (leads.address, leads.least_severity) == ("alice@acme.example, bob@acme.example", "critical")


def test_what_a_list_names_no_more_goes_and_alerts_that_were_raised_stay(configure: Configure) -> None:
    configure(ALL)
    queue = Instance.objects.get().queues.create(arn=f"{ARN}/queue/billing", name="Billing")
    Alert.objects.create(queue=queue, kind="threshold", rule=AlertRule.objects.get(name="Full"))
    lines = configure(WORLD.replace("[[team]]", '[[instance.alert]]\nname = "Fraud"\nkind = "category"\n\n[[team]]', 1))
    assert "instance acme: alert Full: no longer named, removed" in lines
    assert list(AlertRule.objects.values_list("name", flat=True)) == ["Fraud"]
    assert Alert.objects.get().rule is None
    assert QueueLevel.objects.count() == ShownAttribute.objects.count() == AlertChannel.objects.count() == 2


def test_a_changed_secret_is_told_without_its_words(configure: Configure, monkeypatch: pytest.MonkeyPatch) -> None:
    configure(ALL)
    monkeypatch.setenv("SLACK_URL", f"{HOOK}2")
    assert configure(ALL) == ["team Billing: channel chat: address: changed"]


REFUSALS = {
    "an unknown kind": ('kind = "category"', 'kind = "categories"', "instance[0].alert[0].kind: allowed: category,"),
    "a rule without what it needs": (
        'figure = "waiting"\nlevel = "red"',
        'figure = "waiting"',
        "instance[0].alert[3].level: A rule of the kind threshold needs it.",
    ),
    "a mood without turns": ("turns = 4\nseconds = 60\n", "", "instance[0].alert[2].turns: A rule of the kind"),
    "more turns than are kept": ("turns = 4", "turns = 13", "instance[0].alert[2].turns: From 1 to 12."),
    "a second that is none": ("seconds = 60", "seconds = 1", "instance[0].alert[2].seconds: From 5 to 86400."),
    "what a kind does not take": (
        'category = "Fraud"',
        "seconds = 60",
        "instance[0].alert[0].seconds: A rule of the kind category does not take it.",
    ),
    "a queue for a mood": (
        "turns = 4",
        'queue = "Billing"\nturns = 4',
        "instance[0].alert[2].queue: A rule of the kind sentiment does not take it.",
    ),
    "an unknown team": (
        'seconds = 60\nteam = "Billing"',
        'seconds = 60\nteam = "Nobody"',
        "instance[0].alert[2].team: “Nobody” is neither in this file nor in the database",
    ),
    "two rules of a name": ('name = "Chatter"', 'name = "Fraud"', "instance[0].alert[1].name: “Fraud” is already"),
    "red before amber": ("red = 6", "red = 2", "instance[0].level[0].red: Of this figure higher is worse"),
    "red above amber where low is bad": ("red = 60.5", "red = 90", "instance[0].level[1].red: Of this figure lower"),
    "no number": ("red = 6", "red = inf", "instance[0].level[0].red: A number from 0 on."),
    "a level twice": (
        'queue = "Billing"\nfigure = "service-level"\namber = 80\nred = 60.5',
        'figure = "waiting"\namber = 1\nred = 2',
        "instance[0].level[1].figure: “waiting of every queue” is already",
    ),
    "an attribute twice": ('key = "verified"', 'key = "customerName"', "instance[0].attribute[1].key:"),
    "two names": ('label = "Verified"', 'label = "Verified"\nrole = "name"', "instance[0].attribute[1]: "),
    "a webhook's address in the file": (
        'address_env = "SLACK_URL"',
        'address = "https://hooks.example.com/x"',
        "team[0].channel[1].address: a webhook's address is a secret: name its variable by address_env",
    ),
    "a variable that is not set": (
        '"SLACK_URL"',
        '"NOWHERE"',
        "team[0].channel[1].address_env: the environment variable NOWHERE is not set",
    ),
    "no address": ('address_env = "SLACK_URL"\n', "", "team[0].channel[1].address_env: is missing, and needed"),
    "an e-mail address that is none": ("bob@acme.example", "bob", "team[0].channel[0]"),
    "a channel twice": ('name = "chat"', 'name = "leads"', "team[0].channel[1].name: “leads” is already"),
}


@pytest.mark.parametrize("refusal", REFUSALS)
def test_it_is_refused_with_the_key_named_and_nothing_is_changed(refusal: str, configure: Configure) -> None:
    old, new, told = REFUSALS[refusal]
    with pytest.raises(CommandError) as error:
        configure(ALL, (old, new))
    assert told in str(error.value)
    assert HOOK not in str(error.value)
    assert not Instance.objects.exists()


def test_a_team_of_another_instance_is_refused(configure: Configure) -> None:
    other = f'[[instance]]\nalias = "other"\narn = "{ARN[:-1]}6"\n\n[[team]]\nname = "Far"\ninstance = "other"\n'
    with pytest.raises(CommandError, match=r"alert\[2\]\.team: This team is of another instance"):
        configure(f"{ALL}\n{other}", ('seconds = 60\nteam = "Billing"', 'seconds = 60\nteam = "Far"'))
