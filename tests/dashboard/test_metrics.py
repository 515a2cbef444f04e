import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families
from pytest_django import DjangoAssertNumQueries, Settings

from calls.models import Call, Case, DeadLetter, Gap, Instance, Person, SalesforceOrg, Shard, Stream, Sweep
from dashboard.metrics import Ringback

ARN = "arn:aws:connect:us-east-1:123456789012:instance/aaaaaaaa-bbbb-cccc-dddd-111111111111"
ROOT = Path(__file__).parents[2]
TOKEN = "a token of Prometheus"
pytestmark = pytest.mark.django_db


def ago(seconds: float) -> datetime:
    return datetime.now(UTC) - timedelta(seconds=seconds)


@pytest.fixture
def token(settings: Settings) -> str:
    settings.METRICS_TOKEN = TOKEN
    return TOKEN


@pytest.fixture
def stream() -> Stream:
    instance = Instance.objects.create(alias="acme", arn=ARN)
    return Stream.objects.create(
        instance=instance, kind="contact-lens", name="lens", behind_limit_s=45, unread_kinds={"agent-events": 12}
    )


@pytest.fixture
def shard(stream: Stream) -> Shard:
    return Shard.objects.create(
        stream=stream, shard_id="0", owner="host-a:123:abc", epoch=7, lease_expires_at=ago(-8), read_at=ago(3),
        behind_ms=1500, newest_at=ago(30), records=41, unusable=2,
    )  # fmt: skip


def scraped(client: Client, token: str = TOKEN) -> dict[str, float]:
    """Each sample by its name and labels, as Prometheus writes them."""
    answer = client.get("/metrics", headers={"authorization": f"Bearer {token}"})
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/plain; version=")
    assert answer["Cache-Control"].startswith("max-age=0")
    return {
        f"{sample.name}{{{','.join(f'{name}={value}' for name, value in sorted(sample.labels.items()))}}}": sample.value
        for family in text_string_to_metric_families(answer.content.decode())
        for sample in family.samples
    }


def test_a_shard_says_how_far_it_was_read_and_who_holds_it(client: Client, token: str, shard: Shard) -> None:
    found = scraped(client)
    where = "{connect_instance=acme,shard=0,stream=lens}"
    assert found[f"ringback_shard_behind_seconds{where}"] == 1.5
    assert 3 <= found[f"ringback_shard_last_read_age_seconds{where}"] < 30
    assert 30 <= found[f"ringback_shard_newest_record_age_seconds{where}"] < 60
    assert found[f"ringback_shard_records_total{where}"] == 41
    assert found[f"ringback_shard_unusable_records_total{where}"] == 2
    assert found[f"ringback_shard_lease_epoch{where}"] == 7
    assert found["ringback_shard_lease_held{connect_instance=acme,host=host-a,shard=0,stream=lens}"] == 1


def test_numbers_still_to_be_asked_for_are_counted_where_somebody_asks(
    client: Client, token: str, stream: Stream
) -> None:
    Instance.objects.update(describe_contacts=True)
    Instance.objects.create(alias="quiet", arn=ARN.replace("1111", "2222"))
    for contact_id, address in (("c1", ""), ("c2", "+12025550142"), ("c3", "")):
        Call.objects.create(
            instance=stream.instance, contact_id=contact_id, root_contact_id=contact_id, is_live=True,
            caller_address=address,
        )  # fmt: skip
    found = {name: value for name, value in scraped(client).items() if "describe_backlog" in name}
    assert found == {"ringback_describe_backlog{connect_instance=acme}": 2}


def test_what_is_not_known_is_absent_and_never_zero(client: Client, token: str, stream: Stream) -> None:
    Shard.objects.create(stream=stream, shard_id="0", owner="host-a:1:a", lease_expires_at=ago(1))
    names = {name.partition("{")[0] for name in scraped(client)}
    assert "ringback_shard_records_total" in names
    assert names.isdisjoint({
        "ringback_shard_behind_seconds", "ringback_shard_newest_record_age_seconds", "ringback_stream_age_seconds",
        "ringback_shard_last_read_age_seconds", "ringback_shard_lease_held",
    })  # fmt: skip


def test_a_shard_that_ended_keeps_its_counts_for_a_day(client: Client, token: str, shard: Shard) -> None:
    count = "ringback_shard_records_total{connect_instance=acme,shard=0,stream=lens}"
    Shard.objects.update(is_ended=True, read_at=ago(3600))
    assert count in scraped(client)
    Shard.objects.update(read_at=ago(25 * 3600))
    assert count not in scraped(client)


def test_a_stream_says_what_waits_for_a_person(client: Client, token: str, shard: Shard) -> None:
    stream = shard.stream
    for data, more in ((b"1", {}), (b"2", {}), (b"3", {"replayed_at": ago(1)}), (b"4", {"expired_at": ago(1)})):
        DeadLetter.objects.create(stream=stream, digest=data, data=data, reason="not JSON", **more)
    Gap.objects.create(stream=stream, shard_id="0", after="1", to_at=ago(60))
    Gap.objects.create(stream=stream, shard_id="0", after="2", to_at=ago(60), closed_at=ago(1))
    Stream.objects.update(is_stopped=True)
    found = scraped(client)
    where = "{connect_instance=acme,stream=lens}"
    assert 4.5 <= found[f"ringback_stream_age_seconds{where}"] < 30
    assert found[f"ringback_stream_age_limit_seconds{where}"] == 45
    assert found[f"ringback_stream_stopped{where}"] == 1
    assert found[f"ringback_stream_dead_letters{where}"] == 2
    assert found[f"ringback_stream_open_gaps{where}"] == 1
    assert found["ringback_stream_unread_records_total{connect_instance=acme,kind=agent-events,stream=lens}"] == 12
    assert found["ringback_alarms{kind=stopped-by-hand}"] == 1
    assert found["ringback_alarms{kind=gap}"] == 1
    assert found["ringback_alarms{kind=behind}"] == 0


def test_sweeps_calls_and_the_process_are_told(client: Client, token: str, stream: Stream) -> None:
    Sweep.objects.create(name="shards", ended_at=ago(9))
    Call.objects.create(instance=stream.instance, contact_id="1", root_contact_id="1", is_live=True)
    found = scraped(client)
    assert 9 <= found["ringback_sweep_age_seconds{sweep=shards}"] < 30
    assert found["ringback_calls_in_progress{}"] == 1
    assert found["ringback_alarms{kind=redis}"] == 0
    assert found["process_resident_memory_bytes{}"] > 0


def test_an_org_says_how_many_cases_wait_and_for_how_long(client: Client, token: str, stream: Stream) -> None:
    url = "https://acme.my.salesforce.com"
    main, idle = (
        SalesforceOrg.objects.create(name=name, login_url=url, lightning_url=url) for name in ("main", "idle")
    )
    for key, mirror in (("1", "pending"), ("2", "pending"), ("3", "mirrored")):
        Case.objects.create(instance=stream.instance, key=key, org=main, mirror=mirror, mirror_at=ago(70))
    found = scraped(client)
    assert found["ringback_mirror_pending_cases{org=main}"] == 2
    assert 70 <= found["ringback_mirror_oldest_age_seconds{org=main}"] < 100
    assert found[f"ringback_mirror_pending_cases{{org={idle.name}}}"] == 0
    assert found[f"ringback_mirror_oldest_age_seconds{{org={idle.name}}}"] == 0


def test_a_scrape_costs_the_same_statements_for_one_stream_and_for_many(
    shard: Shard, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(17):
        list(Ringback().collect())
    for number in range(10):
        stream = Stream.objects.create(instance=shard.stream.instance, kind="contact-lens", name=f"s{number}")
        for shard_id in "01":
            Shard.objects.create(stream=stream, shard_id=shard_id, read_at=ago(900))
    with django_assert_num_queries(17):
        list(Ringback().collect())


@pytest.mark.parametrize("given", ["", "Bearer", f"Bearer {TOKEN} ", f"Basic {TOKEN}", TOKEN, "Bearer \xe9", "Bearer "])
def test_who_has_not_the_token_is_refused(client: Client, token: str, given: str) -> None:
    answer = client.get("/metrics", headers={"authorization": given})
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer")
    assert b"ringback" not in answer.content


@pytest.mark.parametrize("given", ["", "Bearer", "Bearer ", "Bearer none"])
def test_without_a_token_in_the_settings_there_is_no_such_page(client: Client, given: str) -> None:
    assert client.get("/metrics", headers={"authorization": given}).status_code == 404


@pytest.mark.parametrize(
    ("role", "status"), [("admin", 200), ("supervisor", 404), ("team lead", 404), ("agent", 404), ("", 404)]
)
def test_of_people_only_those_who_set_up_read_them(client: Client, role: str, status: int) -> None:
    person = Person.objects.create_user("dana")
    if role:
        person.groups.add(Group.objects.get_or_create(name=role)[0])
    client.force_login(person)
    assert client.get("/metrics").status_code == status


def test_nothing_but_reading_is_allowed(client: Client, token: str) -> None:
    assert client.post("/metrics", headers={"authorization": f"Bearer {token}"}).status_code == 405


@pytest.mark.parametrize("path", ["/healthz", "/metrics"])
def test_probes_come_in_plain_http_by_an_address_within_the_network(
    client: Client, settings: Settings, token: str, path: str
) -> None:
    settings.ALLOWED_HOSTS = ["calls.acme.example"]
    settings.SECURE_SSL_REDIRECT = True
    headers = {"host": "10.0.0.5:8000", "authorization": f"Bearer {token}"}
    assert client.get(path, headers=headers).status_code == 200
    assert client.get("/accounts/login/", headers=headers).status_code == 400


@pytest.mark.parametrize("file", ["deploy/prometheus/ringback.rules.yml", "docs/operations.md"])
def test_what_is_written_about_metrics_names_those_that_there_are(
    client: Client, token: str, shard: Shard, file: str
) -> None:
    SalesforceOrg.objects.create(name="main", login_url="https://a", lightning_url="https://a")
    Instance.objects.update(describe_contacts=True)
    Sweep.note("shards")
    named = set(re.findall(r"\bringback_[a-z_]+", (ROOT / file).read_text()))
    known = {name.partition("{")[0] for name in scraped(client)}
    assert len(named) >= 4
    assert named <= known
