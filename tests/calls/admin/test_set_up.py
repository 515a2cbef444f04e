from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.contrib.admin.models import LogEntry
from django.test import Client

from calls.models import Call, Instance, Person, Policy, SalesforceOrg, Shard, Stream, Team

from .conftest import ARN, SECRET
from .pages import filled


def address(thing: Any) -> str:
    return f"/admin/calls/{thing._meta.model_name}/{thing.pk}/change/"


def save(client: Client, at: str, **changes: Any) -> str:
    """What the page says after its form was sent back with some fields changed."""
    sent = filled(client.get(at).content.decode(), _continue="1", **changes)
    return client.post(at, sent, follow=True).content.decode()


# Instances, their policy and streams


def test_an_instance_is_added_with_a_policy_and_a_stream(admin: Client, org: SalesforceOrg) -> None:
    save(
        admin,
        "/admin/calls/instance/add/",
        alias="acme",
        arn=ARN,
        salesforce=str(org.pk),
        **{
            "streams-TOTAL_FORMS": "1",
            "streams-0-kind": "contact-lens",
            "streams-0-name": "acme-lens",
            "streams-0-start": "latest",
            "streams-0-poll_ms": "250",
            "streams-0-behind_limit_s": "60",
        },
    )
    instance = Instance.objects.get(alias="acme", salesforce=org)
    assert Policy.objects.get(instance=instance).preset == "rescue"
    assert instance.streams.get().name == "acme-lens"


def test_an_instance_and_its_policy_are_changed(admin: Client, instance: Instance) -> None:
    html = save(
        admin,
        address(instance),
        alias="acme-eu",
        **{"policy-0-preset": "watch", "policy-0-overrides": '{"abandoned": false}'},
    )
    assert "was changed successfully" in html
    policy = Policy.objects.get(instance__alias="acme-eu")
    assert (policy.preset, policy.overrides) == ("watch", {"abandoned": False})


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("arn", "arn:aws:s3:::acme", "Not the ARN of an Amazon Connect instance"),
        ("role_arn", "reader", "Not the ARN of a role"),
        ("external_id", "x", "It goes with a role_arn only."),
        ("policy-0-overrides", '{"abandonned": true}', "no such outcome: abandonned"),
        ("policy-0-marks", '[{"outcome": "self_served"}]', "a mark needs attribute, number"),
        ("describe_per_s", "51", "From 0.1 to 50."),
        ("policy-0-silence_ends_s", "0", "From 10 to 86400."),
        ("policy-0-silence_marks_s", "9", "From 10 to 86400."),
        ("policy-0-provisional_after_s", "3601", "From 0 to 3600."),
        ("policy-0-service_level_s", "0", "From 1 to 3600."),
        ("streams-0-poll_ms", "0", "From 200 to 60000."),
        ("streams-0-start", "newest", "Start is trim-horizon, latest or a time"),
        ("streams-0-name", "arn:aws:kinesis:eu-west-1:123456789012:stream/x", "of the region and the account"),
    ],
)
def test_nonsense_is_shown_in_the_form_and_not_saved(
    admin: Client, stream: Stream, field: str, value: str, words: str
) -> None:
    before = (list(Instance.objects.values()), list(Policy.objects.values()), list(Stream.objects.values()))
    assert words in save(admin, address(stream.instance), **{field: value})
    assert before == (list(Instance.objects.values()), list(Policy.objects.values()), list(Stream.objects.values()))


def test_an_instances_page_says_how_asking_amazon_connect_goes(admin: Client, instance: Instance) -> None:
    assert "known after the call" in admin.get(address(instance)).content.decode()
    save(admin, address(instance), describe_contacts="on", describe_per_s="0.5", current_metrics="on")
    instance.refresh_from_db()
    assert (instance.describe_contacts, instance.describe_per_s, instance.current_metrics) == (True, 0.5, True)
    Call.objects.create(instance=instance, contact_id="c1", root_contact_id="c1", is_live=True)
    html = admin.get(address(instance)).content.decode()
    assert "1 still to be asked for" in html
    assert "asked for every 15 s" in html
    Instance.objects.update(describe_trouble="DescribeContact: AccessDeniedException", metrics_trouble="None today")
    html = admin.get(address(instance)).content.decode()
    assert "known after the call (DescribeContact: AccessDeniedException); 1 still to be asked for" in html
    assert "None today" in html


def test_an_emptied_policy_has_no_marks(admin: Client, instance: Instance) -> None:
    save(admin, address(instance), **{"policy-0-marks": "", "policy-0-overrides": ""})
    assert (Policy.objects.get().marks, Policy.objects.get().overrides) == ([], {})


def test_a_stream_that_was_read_keeps_its_name(admin: Client, shard: Shard) -> None:
    assert "This stream has been read." in save(admin, address(shard.stream), name="another")
    assert Stream.objects.get().name == "acme-contact-records"


# Teams


def test_a_teams_lists_are_edited_one_per_line(admin: Client, team: Team, dana: Person) -> None:
    assert ">\nBilling</textarea>" in admin.get(address(team)).content.decode()
    save(admin, address(team), queues="Billing\n  Refunds \n\nBilling\n", agents="bob.hale", members=[str(dana.pk)])
    team.refresh_from_db()
    assert (team.queues, team.agents, team.numbers) == (["Billing", "Refunds"], ["bob.hale"], [])
    assert [person.username for person in team.members.all()] == ["dana"]


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [("numbers", "555-0100", "written with its country"), ("queues", "x" * 257, "at most 256 characters")],
)
def test_a_wrong_line_is_shown_in_the_form(admin: Client, team: Team, field: str, value: str, words: str) -> None:
    html = save(admin, address(team), **{field: value})
    assert words in html
    assert value in html
    team.refresh_from_db()
    assert getattr(team, field) != [value]


def test_a_team_is_deleted_once_confirmed(admin: Client, team: Team) -> None:
    admin.post(f"/admin/calls/team/{team.pk}/delete/", {"post": "yes"})
    assert not Team.objects.exists()


# Salesforce orgs


def test_a_secret_left_empty_is_kept(admin: Client, org: SalesforceOrg) -> None:
    save(admin, address(org), client_id="another")
    org.refresh_from_db()
    assert (org.client_id, org.client_secret) == ("another", SECRET)
    assert "secret" not in LogEntry.objects.get().get_change_message()


def test_a_new_secret_is_stored_and_not_shown(
    admin: Client, org: SalesforceOrg, caplog: pytest.LogCaptureFixture
) -> None:
    html = save(admin, address(org), client_secret="another secret")
    org.refresh_from_db()
    assert org.client_secret == "another secret"
    assert LogEntry.objects.get().get_change_message() == "Changed client_secret."
    assert "another secret" not in html + caplog.text


def test_a_private_key_keeps_its_lines(admin: Client, org: SalesforceOrg) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    html = save(admin, address(org), flow="jwt-bearer", username="ringback@acme.example", private_key=pem)
    org.refresh_from_db()
    assert org.private_key.splitlines() == pem.splitlines()
    assert "PRIVATE KEY" not in html


def test_a_refused_form_gives_no_secret_back(admin: Client, org: SalesforceOrg) -> None:
    html = save(admin, address(org), private_key="no key at all", client_secret="another secret")
    assert "not an RSA private key in PEM" in html
    assert "no key at all" not in html
    assert "another secret" not in html
    assert SECRET not in html


def test_a_flow_without_what_it_needs_is_refused(admin: Client, org: SalesforceOrg) -> None:
    assert "The flow password needs it." in save(admin, address(org), flow="password")
    org.refresh_from_db()
    assert org.flow == "client-credentials"


def test_an_org_shows_its_trouble_and_how_much_of_the_limit_is_used(admin: Client, org: SalesforceOrg) -> None:
    for at in ("/admin/calls/salesforceorg/", address(org)):
        html = admin.get(at).content.decode()
        assert "The token endpoint says no" in html
        assert "120 of 15000 used" in html
