import io
import re
import sys
from pathlib import Path
from string import Template

import pytest
from django.conf import settings
from django.core.management import CommandError

from calls.models import Instance, Person, Policy, SalesforceOrg, Stream, Team
from calls.models.policy import default_marks
from calls.rights import roles_of
from dashboard.demo.centre.streams import CHOICES, stream_tables

from .conftest import SECRET, Configure
from .world import ARN, KINESIS, WORLD, configured

MINIMAL = f'[[instance]]\nalias = "acme"\narn = "{ARN}"\n'


def test_a_file_sets_up_everything_it_names(configure: Configure) -> None:
    configure()
    instance = Instance.objects.get(alias="acme")
    assert instance.salesforce is not None
    assert instance.salesforce.client_secret == SECRET
    assert list(instance.streams.order_by("name").values_list("kind", "name", "start", "poll_ms")) == [
        ("contact-records", "acme-contact-records", "latest", 500),
        ("contact-lens", f"{KINESIS}/acme-lens", "trim-horizon", 250),
    ]
    assert (instance.policy.preset, instance.policy.short_abandon_s) == ("watch", 7)
    assert instance.policy.rules().overrides == {"abandoned": False}
    assert [mark.outcome for mark in instance.policy.rules().marks] == ["test_call", "after_hours"]
    team = Team.objects.get(name="Billing")
    assert (team.queues, team.numbers, team.agents) == (["Billing"], ["+15555550100"], ["bob.hale"])
    assert [person.username for person in team.members.all()] == ["alice"]


def test_it_says_what_it_made_and_then_nothing(configure: Configure) -> None:
    assert configure() == [
        "salesforce main: created",
        "instance acme: created",
        "instance acme: stream acme-contact-records: created",
        f"instance acme: stream {KINESIS}/acme-lens: created",
        "instance acme: policy: created",
        "person alice: created",
        "person alice: has no password; give one with: manage.py changepassword alice",
        "person alice: role supervisor added",
        "person dana: created",
        "person dana: has no password; give one with: manage.py changepassword dana",
        "person dana: role admin added",
        "team Billing: created",
        "team Billing: member alice added",
    ]
    assert configure() == ["nothing to change"]


def test_a_quiet_run_says_nothing(db: None, tmp_path: Path) -> None:
    file = tmp_path / "ringback.toml"
    file.write_text(WORLD)
    assert configured(str(file), verbosity=0) == []
    assert Team.objects.count() == 1


def test_a_dash_means_standard_input(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(MINIMAL.encode())))
    assert configured("-") == ["instance acme: created", "instance acme: policy: created"]


def test_the_demos_own_file_is_taken(configure: Configure, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RINGBACK_DEMO_CLIENT_SECRET", "for the stand-in only")
    template = Template((settings.BASE_DIR / "dashboard/demo/demo.toml").read_text())
    address = "https://localhost:4433"
    text = template.substitute(salesforce_url=address, streams=stream_tables(CHOICES["all"]))
    configure(text)
    assert Person.objects.get(username="dana").is_staff
    assert configure(text) == ["nothing to change"]
    configure(template.substitute(salesforce_url=address, streams=stream_tables(CHOICES["records"])))
    assert [stream.kind for stream in Stream.objects.filter(is_stopped=False)] == ["contact-records"]


def test_the_examples_in_the_docs_are_taken_one_after_the_other(
    configure: Configure, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLACK_URL", "https://hooks.example.com/services/T0/B0/secret")
    monkeypatch.setenv("SIGNING_KEY", "a key of ours")
    docs = (settings.BASE_DIR / "docs/configuration.md").read_text()
    examples = "\n".join(re.findall(r"```toml\n(.*?)```", docs, re.DOTALL))
    configure(examples)
    assert configure(examples) == ["nothing to change"]
    instance = Instance.objects.get()
    assert set(instance.streams.values_list("kind", flat=True)) == set(Stream.Kind.values)
    assert (instance.describe_contacts, instance.describe_per_s, instance.current_metrics) == (True, 2, False)


def test_keys_left_out_take_their_defaults_on_creation(configure: Configure) -> None:
    configure(MINIMAL)
    policy = Policy.objects.get(instance__alias="acme")
    assert (policy.preset, policy.merge_window_h, policy.marks) == ("rescue", 4, list(default_marks()))


def test_keys_left_out_keep_their_values_later(configure: Configure) -> None:
    configure()
    assert configure(MINIMAL + '[[team]]\nname = "Billing"\n[[person]]\nusername = "alice"\n') == ["nothing to change"]
    assert Stream.objects.filter(is_stopped=False).count() == 2
    assert Policy.objects.get().preset == "watch"
    assert roles_of(Person.objects.get(username="alice")) == {"supervisor"}


def test_what_the_file_leaves_out_altogether_stays(configure: Configure) -> None:
    configure()
    assert configure("") == ["nothing to change"]
    assert (Team.objects.count(), Person.objects.count(), Instance.objects.count()) == (1, 2, 1)


def test_members_become_exactly_the_list(configure: Configure) -> None:
    configure()
    bob = Person.objects.create_user("bob")
    lines = configure(WORLD, ('members = ["alice"]', 'members = ["bob", "dana"]'))
    assert lines == [
        "team Billing: member alice removed",
        "team Billing: member bob added",
        "team Billing: member dana added",
    ]
    assert bob in Team.objects.get().members.all()
    assert Person.objects.filter(username="alice").exists()


def test_lists_of_a_team_become_exactly_what_is_named_in_any_order(configure: Configure) -> None:
    configure()
    assert configure(WORLD, ('queues = ["Billing"]', 'queues = ["Refunds", "Billing"]')) == [
        "team Billing: queue Refunds added"
    ]
    assert configure(WORLD, ('queues = ["Billing"]', 'queues = ["Billing", "Refunds"]')) == ["nothing to change"]
    assert configure(WORLD, ('queues = ["Billing"]', "queues = []\nall_queues = true")) == [
        "team Billing: all_queues: false -> true",
        "team Billing: queue Billing removed",
        "team Billing: queue Refunds removed",
    ]


def test_a_stream_no_longer_named_is_stopped_and_read_on_when_named_again(configure: Configure) -> None:
    configure()
    text = WORLD.replace(f'[[instance.stream]]\nkind = "contact-lens"\nname = "{KINESIS}/acme-lens"\n', "")
    assert configure(text) == [f"instance acme: stream {KINESIS}/acme-lens: no longer named, stopped"]
    assert Stream.objects.get(kind="contact-lens").is_stopped
    assert configure(text) == ["nothing to change"]
    assert configure() == [f"instance acme: stream {KINESIS}/acme-lens: resumed"]
    assert not Stream.objects.get(kind="contact-lens").is_stopped


def test_a_stream_named_by_its_arn_is_the_one_that_went_by_its_name(configure: Configure) -> None:
    configure()
    before = Stream.objects.get(kind="contact-records")
    lines = configure(WORLD, ('"acme-contact-records"', f'"{KINESIS}/acme-contact-records"'))
    name = f"{KINESIS}/acme-contact-records"
    assert lines == [f"instance acme: stream {name}: name: acme-contact-records -> {name}"]
    assert Stream.objects.get(kind="contact-records").pk == before.pk


@pytest.mark.parametrize("start", ["2026-11-02T09:00:00Z", '"2026-11-02T09:00:00+00:00"'])
def test_a_stream_may_start_at_a_moment(configure: Configure, start: str) -> None:
    configure(WORLD, ('start = "latest"', f"start = {start}"))
    assert Stream.objects.get(kind="contact-records").start == "2026-11-02T09:00:00+00:00"
    assert configure(WORLD, ('start = "latest"', f"start = {start}")) == ["nothing to change"]


def test_marks_and_outcomes_are_replaced_as_a_whole_and_not_shown(configure: Configure) -> None:
    configure()
    text = WORLD.replace("outcomes.abandoned = false", "outcomes.short_call = true").replace(
        "+12025550142", "+12025550143"
    )
    lines = configure(text)
    assert lines == ["instance acme: policy: outcomes: changed", "instance acme: policy: mark: changed"]
    assert Policy.objects.get().overrides == {"short_call": True}
    assert Policy.objects.get().marks[0] == {"number": "+12025550143", "outcome": "test_call"}


def test_plain_values_are_told_before_and_after(configure: Configure) -> None:
    configure()
    lines = configure(
        WORLD,
        ('preset = "watch"', 'preset = "rescue"'),
        ("poll_ms = 500", "poll_ms = 1000"),
        ('salesforce = "main"', 'salesforce = ""'),
        ("short_abandon_s = 7", "short_abandon_s = 0"),
    )
    assert lines == [
        "instance acme: salesforce: main -> none",
        "instance acme: stream acme-contact-records: poll_ms: 500 -> 1000",
        "instance acme: policy: preset: watch -> rescue",
        "instance acme: policy: short_abandon_s: 7 -> 0",
    ]


def test_a_stream_is_pushed_and_watched_as_the_file_says(configure: Configure) -> None:
    configure(WORLD, ("poll_ms = 500", "poll_ms = 500\nfan_out = true\nbehind_limit_s = 120"))
    pushed = Stream.objects.get(name="acme-contact-records")
    assert (pushed.is_fanned_out, pushed.behind_limit_s) == (True, 120)
    assert configure() == ["nothing to change"]
    configure(WORLD, ("poll_ms = 500", "fan_out = false"))
    assert not Stream.objects.get(pk=pushed.pk).is_fanned_out


def test_what_is_asked_of_amazon_connect_is_as_the_file_says(configure: Configure) -> None:
    wishes = "describe_contacts = true\ndescribe_per_s = 5\ncurrent_metrics = true"
    configure(WORLD, ('salesforce = "main"\n\n[[instance.stream', f"{wishes}\n\n[[instance.stream"))
    instance = Instance.objects.get()
    assert (instance.describe_contacts, instance.describe_per_s, instance.current_metrics) == (True, 5, True)
    assert "instance acme: describe_per_s: 5.0 -> 0.5" in configure(
        WORLD, ('salesforce = "main"\n\n', "describe_per_s = 0.5\n\n")
    )


def test_what_events_set_off_is_as_the_file_says(configure: Configure) -> None:
    kinds = WORLD.replace('"contact-records"', '"contact-events"').replace('"contact-lens"', '"agent-events"')
    configure(kinds)
    assert set(Stream.objects.values_list("kind", flat=True)) == {"contact-events", "agent-events"}
    lines = configure(
        kinds,
        (
            "short_abandon_s = 7",
            "silence_marks_s = 60\nprovisional_after_s = 0\nopens_cases_early = true\nservice_level_s = 30",
        ),
    )
    assert lines == [
        "instance acme: policy: silence_marks_s: 600 -> 60",
        "instance acme: policy: provisional_after_s: 120 -> 0",
        "instance acme: policy: opens_cases_early: false -> true",
        "instance acme: policy: service_level_s: 20 -> 30",
    ]


def test_people_are_made_without_a_password_that_works(configure: Configure) -> None:
    configure()
    alice = Person.objects.get(username="alice")
    assert not alice.has_usable_password()
    assert (alice.connect_username, alice.salesforce_username) == ("alice.moore", "alice@acme.example")
    assert alice.time_zone == "Europe/Madrid"


def test_a_password_outlives_the_next_run(configure: Configure) -> None:
    configure()
    alice = Person.objects.get(username="alice")
    alice.set_password("bago-lemu-tiro")
    alice.save()
    configure(WORLD, ('"alice.moore"', '"alice.m"'))
    assert Person.objects.get(username="alice").check_password("bago-lemu-tiro")


def test_roles_become_exactly_the_list_and_only_who_sets_up_is_staff(configure: Configure) -> None:
    configure()
    assert [person.username for person in Person.objects.filter(is_staff=True)] == ["dana"]
    lines = configure(WORLD, ('["admin"]', "[]"), ('["supervisor"]', '["admin"]'))
    assert lines == [
        "person alice: role supervisor removed",
        "person alice: role admin added",
        "person dana: role admin removed",
    ]
    assert [person.username for person in Person.objects.filter(is_staff=True)] == ["alice"]


def test_a_superuser_stays_staff_without_a_role(configure: Configure) -> None:
    Person.objects.create_superuser("alice")
    configure()
    assert Person.objects.get(username="alice").is_staff


def test_a_secret_is_told_only_when_it_differs_and_never_shown(
    configure: Configure, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert SECRET not in "".join(configure())
    assert configure() == ["nothing to change"]
    monkeypatch.setenv("SF_CLIENT_SECRET", "another secret")
    assert configure() == ["salesforce main: client secret: changed"]
    assert SalesforceOrg.objects.get().client_secret == "another secret"


def test_a_file_that_names_no_secret_needs_no_variable(configure: Configure, monkeypatch: pytest.MonkeyPatch) -> None:
    configure()
    monkeypatch.delenv("SF_CLIENT_SECRET")
    assert configure(re.sub(r"client_secret_env.*\n", "", WORLD)) == ["nothing to change"]
    assert SalesforceOrg.objects.get().client_secret == SECRET


def test_a_file_that_is_not_there_is_said_so(db: None) -> None:
    with pytest.raises(CommandError, match=r"nowhere\.toml cannot be read: No such file"):
        configured("nowhere.toml")


def test_a_file_that_is_not_utf8_is_said_so(db: None, tmp_path: Path) -> None:
    (tmp_path / "latin.toml").write_bytes("[[team]]\nname = 'Reclamación'".encode("latin-1"))
    with pytest.raises(CommandError, match="is not UTF-8"):
        configured(str(tmp_path / "latin.toml"))
