import pytest
from django.contrib.auth.models import Group
from django.core.management import CommandError

from calls.models import Instance, Person, Policy, SalesforceOrg, Stream, Team

from .conftest import SECRET, Configure
from .world import ARN, KINESIS, WORLD

REFUSALS = {
    "an unknown table": ("[[team]]", "[[teams]]", "teams: there is no such key; allowed: salesforce, instance, team"),
    "an unknown key": (
        "poll_ms = 500",
        "poll = 500",
        "instance[0].stream[0].poll: there is no such key; "
        "allowed: kind, name, start, poll_ms, fan_out, behind_limit_s",
    ),
    "a secret in the file": (
        "client_secret_env =",
        "client_secret =",
        "salesforce[0].client_secret: there is no such key; allowed: name",
    ),
    "an unknown key of a policy": (
        "short_abandon_s",
        "short_abandon",
        "instance[0].policy.short_abandon: there is no such key",
    ),
    "an unknown key of hours": (
        'zone = "Europe/Madrid" }',
        'tz = "UTC" }',
        "instance[0].policy.mark[1].hours.tz: there is no such key; allowed: days, start, end, zone",
    ),
    "an unknown kind": (
        '"contact-lens"',
        '"lens"',
        "instance[0].stream[1].kind: allowed: contact-records, contact-lens, contact-events, agent-events",
    ),
    "a rate of questions that no quota allows": (
        'salesforce = "main"\n\n[[instance.stream',
        "describe_per_s = 500\n\n[[instance.stream",
        "instance[0].describe_per_s: From 0.1 to 50.",
    ),
    "no questions at all, by a rate": (
        'salesforce = "main"\n\n[[instance.stream',
        "describe_per_s = 0\n\n[[instance.stream",
        "instance[0].describe_per_s: From 0.1 to 50.",
    ),
    "a rate that is no number": (
        'salesforce = "main"\n\n[[instance.stream',
        "describe_per_s = nan\n\n[[instance.stream",
        "instance[0].describe_per_s: From 0.1 to 50.",
    ),
    "describing neither true nor false": (
        'salesforce = "main"\n\n[[instance.stream',
        "describe_contacts = 1\n\n[[instance.stream",
        "instance[0].describe_contacts: expected `bool`, got `int`",
    ),
    "a silence of no time": (
        "short_abandon_s = 7",
        "silence_marks_s = 0",
        "instance[0].policy.silence_marks_s: From 10 to 86400.",
    ),
    "a service level of no time": (
        "short_abandon_s = 7",
        "service_level_s = 0",
        "instance[0].policy.service_level_s: From 1 to 3600.",
    ),
    "a drop that is never alerted": (
        "short_abandon_s = 7",
        "provisional_after_s = 3601",
        "instance[0].policy.provisional_after_s: From 0 to 3600.",
    ),
    "a missing kind": ('kind = "contact-lens"\n', "", "instance[0].stream[1].kind: is missing"),
    "an unknown preset": (
        '"watch"',
        '"none"',
        "instance[0].policy.preset: allowed: rescue, agent-or-bot, every-interaction, watch",
    ),
    "an unknown flow": (
        '"client-credentials"',
        '"web"',
        "salesforce[0].flow: allowed: client-credentials, jwt-bearer, password",
    ),
    "an unknown outcome": (
        "outcomes.abandoned",
        "outcomes.abandonned",
        "instance[0].policy.outcomes.abandonned: there is no outcome “abandonned”; allowed: not_a_call",
    ),
    "an outcome neither true nor false": ("abandoned = false", 'abandoned = "no"', "expected `bool`, got `str`"),
    "a mark of an unknown outcome": ('"after_hours"', '"abandoned"', "instance[0].policy.mark[1].outcome: allowed: "),
    "an empty mark": (
        'number = "+12025550142"\n',
        "",
        "instance[0].policy.mark[0]: a mark needs attribute, number, caller, queue or hours",
    ),
    "an unknown day": (
        '["sat", "sun"]',
        '["sat", "sunday"]',
        "instance[0].policy.mark[1].hours.days[1]: allowed: fri, mon",
    ),
    "an unknown zone of hours": (
        'zone = "Europe/Madrid" }',
        'zone = "Madrid" }',
        "instance[0].policy.mark[1].hours: zone must be a name such as Europe/Berlin",
    ),
    "an unknown role": (
        '["supervisor"]',
        '["supervisor", "boss"]',
        "person[0].roles[1]: there is no role “boss”; allowed: supervisor, team lead, agent, admin",
    ),
    "an unknown time zone": (
        'time_zone = "Europe/Madrid"',
        'time_zone = "Madrid"',
        "person[0].time_zone: “Madrid” is not a time zone",
    ),
    "an unknown member": (
        'members = ["alice"]',
        'members = ["alice", "alicia"]',
        "team[0].members[1]: “alicia” is neither in this file nor in the database",
    ),
    "a team of an unknown instance": (
        'instance = "acme"',
        'instance = "acne"',
        "team[0].instance: “acne” is neither in this file",
    ),
    "a team without an instance": ('instance = "acme"\n', "", "team[0].instance: is missing, and needed"),
    "an unknown org": (
        'salesforce = "main"',
        'salesforce = "mani"',
        "instance[0].salesforce: “mani” is neither in this file",
    ),
    "the ARN of something else": (":connect:", ":s3:", "instance[0].arn: Not the ARN of an Amazon Connect instance"),
    "an instance without its ARN": (f'arn = "{ARN}"\n', "", "instance[0].arn: is missing, and needed"),
    "a wrong alias": ('alias = "acme"', 'alias = "acme corp"', "instance[0].alias: "),
    "a stream of another region": (
        "kinesis:us-east-1",
        "kinesis:eu-west-1",
        "instance[0].stream[1].name: A stream is of the region and the account",
    ),
    "a stream of another account": (
        "us-east-1:123456789012:stream",
        "us-east-1:210987654321:stream",
        "instance[0].stream[1].name: A stream is of the region and the account",
    ),
    "a delivery stream": (":kinesis:", ":firehose:", "instance[0].stream[1].name: Not the ARN of a Kinesis stream"),
    "a wrong name of a stream": (
        '"acme-contact-records"',
        '"acme records"',
        "instance[0].stream[0].name: Not the name of a Kinesis stream",
    ),
    "a wrong start": ('"latest"', '"newest"', "instance[0].stream[0].start: Start is trim-horizon, latest or a time"),
    "a start without its zone": (
        '"latest"',
        "2026-11-02T09:00:00",
        "instance[0].stream[0].start: Start is trim-horizon, latest or a time with its zone",
    ),
    "a number for a start": ('"latest"', "3", "instance[0].stream[0].start: expected `str`, got `int`"),
    "is never behind": (
        "poll_ms = 500",
        "behind_limit_s = 1",
        "instance[0].stream[0].behind_limit_s: From 5 to 86400.",
    ),
    "reads too often": ("poll_ms = 500", "poll_ms = 0", "instance[0].stream[0].poll_ms: From 200 to 60000."),
    "a negative time": (
        "short_abandon_s = 7",
        "short_abandon_s = -1",
        "instance[0].policy.short_abandon_s: expected `int` >= 0",
    ),
    "a time of years": (
        "short_abandon_s = 7",
        "merge_window_h = 1000000",
        "instance[0].policy.merge_window_h: From 0 to 8784.",
    ),
    "text for a number": (
        "poll_ms = 500",
        'poll_ms = "500"',
        "instance[0].stream[0].poll_ms: expected `int`, got `str`",
    ),
    "a truth for a number": (
        "poll_ms = 500",
        "poll_ms = true",
        "instance[0].stream[0].poll_ms: expected `int`, got `bool`",
    ),
    "one team for a list of them": ("[[team]]", "[team]", "team: expected a list, got a table"),
    "an address without TLS": (
        "https://acme.my",
        "http://acme.my",
        "salesforce[0].login_url: must be https:// and a host",
    ),
    "an address with a path": (
        'force.com"\napi',
        'force.com/lightning"\napi',
        "salesforce[0].lightning_url: must be https:// and a host",
    ),
    "an address of no host": (
        "https://acme.my.salesforce.com",
        "https://[",
        "salesforce[0].login_url: must be https:// and a host",
    ),
    "an org without an address": (
        'login_url = "https://acme.my.salesforce.com"\n',
        "",
        "salesforce[0].login_url: is missing, and needed",
    ),
    "an unknown version": ('"60.0"', '"latest"', "salesforce[0].api_version: A version of Salesforce's API"),
    "a flow without its secret": (
        'client_secret_env = "SF_CLIENT_SECRET"\n',
        "",
        "salesforce[0].client_secret_env: The flow client-credentials needs it.",
    ),
    "a flow without its user": (
        '"client-credentials"',
        '"password"',
        "salesforce[0].username: The flow password needs it.",
    ),
    "a variable that is not set": (
        '"SF_CLIENT_SECRET"',
        '"SF_SECRET"',
        "salesforce[0].client_secret_env: the environment variable SF_SECRET is not set",
    ),
    "a key that is none": (
        "client_secret_env =",
        'private_key_env = "SF_CLIENT_SECRET"\nclient_secret_env =',
        "salesforce[0].private_key_env: It is not an RSA private key in PEM",
    ),
    "a wrong role": (
        f'arn = "{ARN}"',
        f'arn = "{ARN}"\nrole_arn = "reader"',
        "instance[0].role_arn: Not the ARN of a role",
    ),
    "an external id of no role": (
        f'arn = "{ARN}"',
        f'arn = "{ARN}"\nexternal_id = "x"',
        "instance[0].external_id: It goes with a role_arn only.",
    ),
    "a number without its country": (
        '"+15555550100"',
        '"555-0100"',
        "team[0].numbers: A number is written with its country",
    ),
    "a person twice": (
        'username = "dana"',
        'username = "alice"',
        "person[1].username: “alice” is already the username of person[0]",
    ),
    "a stream twice": (
        f'"{KINESIS}/acme-lens"',
        f'"{KINESIS}/acme-contact-records"',
        "instance[0].stream[1].name: “acme-contact-records” is already the name of instance[0].stream[0]",
    ),
    "a key twice": ('alias = "acme"', 'alias = "acme"\nalias = "acme"', "Not TOML: Cannot overwrite a value (at line"),
    "broken TOML": ("[[team]]", "[[team]", "Not TOML: "),
    "a NUL": ('"alice.moore"', '"alice\\u0000"', "It holds a NUL"),
}


@pytest.mark.parametrize(("old", "new", "words"), REFUSALS.values(), ids=REFUSALS)
def test_a_wrong_file_is_refused_by_its_key_and_nothing_is_applied(
    configure: Configure, old: str, new: str, words: str
) -> None:
    with pytest.raises(CommandError) as refused:
        configure(WORLD, (old, new))
    assert words in str(refused.value)
    assert str(refused.value).endswith("Nothing was changed.")
    assert SECRET not in str(refused.value)
    for model in (SalesforceOrg, Instance, Stream, Policy, Team, Person):
        assert not model._default_manager.exists()


def test_a_refused_change_leaves_what_was_there(configure: Configure) -> None:
    configure()
    with pytest.raises(CommandError, match=r"team\[0\]\.members\[0\]"):
        configure(WORLD, ('preset = "watch"', 'preset = "rescue"'), ('members = ["alice"]', 'members = ["nobody"]'))
    assert Policy.objects.get().preset == "watch"
    assert Team.objects.get().members.get().username == "alice"


def test_an_arn_that_is_taken_is_refused(configure: Configure) -> None:
    configure()
    with pytest.raises(CommandError, match=r"instance\[0\]\.arn: Instance with this Arn already exists"):
        configure(f'[[instance]]\nalias = "other"\narn = "{ARN}"\n')


def test_an_arn_twice_in_the_file_is_refused(configure: Configure) -> None:
    twice = "".join(f'[[instance]]\nalias = "{alias}"\narn = "{ARN}"\n' for alias in ("acme", "other"))
    with pytest.raises(CommandError, match=r"instance\[1\]\.arn: .* is already the arn of instance\[0\]"):
        configure(twice)


def test_the_names_of_roles_make_no_other_groups(configure: Configure) -> None:
    configure()
    assert set(Group.objects.values_list("name", flat=True)) == {"supervisor", "team lead", "agent", "admin"}
