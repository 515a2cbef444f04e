import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
import redis
from django.conf import settings
from django.db import connection
from django.db.models import F
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext

from calls.models import Case, Instance, Person, SalesforceOrg
from calls.salesforce import mirror
from calls.salesforce.client import SalesforceError
from calls.salesforce.wake import wake_mirror

from .conftest import Org

pytestmark = pytest.mark.django_db
in_threads = pytest.mark.django_db(transaction=True)

DROPPED_AT = datetime(2026, 3, 2, 11, 58, 40, tzinfo=UTC)
PHONE = "+12025550142"


@pytest.fixture(autouse=True)
def _new_clients() -> Iterator[None]:
    mirror._client.cache_clear()
    yield
    mirror._client.cache_clear()


@pytest.fixture
def row(org: Org) -> SalesforceOrg:
    return SalesforceOrg.objects.create(
        name="main",
        login_url=org.url,
        lightning_url=org.url,
        flow="client-credentials",
        client_id="ringback",
        client_secret="secret",
    )


@pytest.fixture
def open_cases(row: SalesforceOrg) -> Callable[[int], list[Case]]:
    instance = Instance.objects.create(
        alias="acme",
        arn="arn:aws:connect:us-east-1:123456789012:instance/11111111-2222-4333-8444-555555555555",
        salesforce=row,
    )

    def make(count: int) -> list[Case]:
        """As rescue makes them: keys in order."""
        first = Case.objects.count()
        return Case.objects.bulk_create(
            Case(
                instance=instance,
                key=f"{instance.connect_id}:{number:05}",
                cause="abandoned",
                phone=PHONE,
                last_drop_at=DROPPED_AT,
                org=row,
                mirror="pending",
                mirror_at=Now(),
            )
            for number in range(first, first + count)
        )

    return make


@pytest.fixture
def alice() -> Person:
    return Person.objects.create(username="alice")


def run(row: SalesforceOrg) -> SalesforceOrg:
    mirror.mirror_pending(SalesforceOrg.objects.get(pk=row.pk))
    row.refresh_from_db()
    return row


def time_passes(row: SalesforceOrg, seconds: float) -> None:
    """Moves what is to come nearer: nobody waits for a pause."""
    SalesforceOrg.objects.update(retry_at=F("retry_at") - timedelta(seconds=seconds))
    Case.objects.filter(mirror="pending").update(mirror_at=F("mirror_at") - timedelta(seconds=seconds))


def everything_stands_once(org: Org) -> None:
    cases = Case.objects.all()
    assert {case.mirror for case in cases} == {"mirrored"}
    assert all(case.mirrored_version == case.version for case in cases)
    stored = {found["Ringback_Key__c"]: (found["Id"], found["CaseNumber"]) for found in org.cases()}
    assert len(stored) == len(org.cases())
    assert stored == {case.key: (case.salesforce_id, case.salesforce_number) for case in cases}


def test_a_case_stands_in_salesforce_with_a_link_back(
    org: Org, row: SalesforceOrg, open_cases: Callable[[int], list[Case]]
) -> None:
    (case,) = open_cases(1)
    run(row)
    (found,) = org.cases()
    del found["Id"], found["created_at"], found["CaseNumber"]
    assert found == {
        "Ringback_Key__c": case.key,
        "Ringback_Link__c": f"{settings.PUBLIC_URL}/cases/{case.pk}/",
        "Subject": "Abandoned: call back (1 dropped call)",
        "Description": "1 dropped call of this caller; the last: left the queue, 2026-03-02 11:58:40 UTC.",
        "Status": "New",
        "Origin": "Phone",
        "Priority": "Medium",
        "SuppliedPhone": PHONE,
    }
    assert [entry.words for entry in case.entries.all()] == ["created in Salesforce"]
    everything_stands_once(org)


def test_450_cases_go_in_three_calls_and_their_numbers_are_read_in_one(
    org: Org, row: SalesforceOrg, open_cases: Callable[[int], list[Case]]
) -> None:
    open_cases(450)
    run(row)
    assert org.counts() == {"calls": 4, "logins": 1}
    everything_stands_once(org)


def test_numbers_of_more_cases_than_a_query_takes_are_all_read(
    org: Org, row: SalesforceOrg, open_cases: Callable[[int], list[Case]]
) -> None:
    open_cases(600)
    run(row)
    everything_stands_once(org)


def test_a_batch_costs_a_fixed_number_of_statements(
    org: Org, row: SalesforceOrg, open_cases: Callable[[int], list[Case]]
) -> None:
    counts = []
    for size in (1, 20, 200):
        open_cases(size)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            run(row)
        counts.append(len(queries))
    assert counts[0] == counts[1] == counts[2]


def test_runs_share_one_sign_in(org: Org, row: SalesforceOrg, open_cases: Callable[[int], list[Case]]) -> None:
    for _ in range(3):
        open_cases(1)
        run(row)
    assert org.counts()["logins"] == 1


def test_with_nothing_to_send_salesforce_is_not_called(org: Org, row: SalesforceOrg) -> None:
    run(row)
    assert org.counts() == {"calls": 0, "logins": 0}
    assert row.retry_at is None


def test_a_move_of_a_case_reaches_the_same_record(
    org: Org, row: SalesforceOrg, open_cases: Callable[[int], list[Case]], alice: Person
) -> None:
    (case,) = open_cases(1)
    run(row)
    case.take(by=alice)
    case.close(by=alice, disposition="solved")
    run(row)
    (found,) = org.cases()
    assert found["Status"] == "Closed"
    assert found["Description"].endswith("\nClosed: Reached and solved.")
    everything_stands_once(org)


def test_a_case_deleted_in_salesforce_does_not_come_back_and_says_why(
    org: Org, row: SalesforceOrg, open_cases: Callable[[int], list[Case]], alice: Person
) -> None:
    (case,) = open_cases(1)
    run(row)
    case.refresh_from_db()
    mirror._client(row.login())._connected().restful(f"sobjects/Case/{case.salesforce_id}", method="DELETE")
    case.take(by=alice)
    run(row)
    case.refresh_from_db()
    assert (case.mirror, case.mirror_trouble) == ("refused", "ENTITY_IS_DELETED: entity is deleted")
    assert org.cases() == []


def test_a_key_longer_than_salesforce_takes_goes_as_its_digest(
    org: Org, row: SalesforceOrg, open_cases: Callable[[int], list[Case]]
) -> None:
    open_cases(1)
    Case.objects.update(key="i:" + "x" * 290)
    run(row)
    assert [found["Ringback_Key__c"][:7] for found in org.cases()] == ["sha256:"]


def test_a_cause_that_no_outcome_has_any_more_blocks_nobody(
    org: Org, row: SalesforceOrg, open_cases: Callable[[int], list[Case]]
) -> None:
    old, _ = open_cases(2)
    Case.objects.filter(pk=old.pk).update(cause="of_old", last_drop_at=None)
    run(row)
    everything_stands_once(org)


def test_a_refused_case_says_why_and_the_others_stand(
    org: Org, row: SalesforceOrg, open_cases: Callable[[int], list[Case]], alice: Person
) -> None:
    cases = open_cases(3)
    Case.objects.filter(pk=cases[1].pk).update(key="")
    run(row)
    refused = Case.objects.get(pk=cases[1].pk)
    trouble = "MISSING_ARGUMENT: Ringback_Key__c not specified"
    assert (refused.mirror, refused.mirror_trouble) == ("refused", trouble)
    assert refused.entries.get().words == f"Salesforce refused it: {trouble}"
    assert Case.objects.filter(mirror="mirrored").count() == len(org.cases()) == 2
    calls = org.counts()["calls"]
    run(row)
    assert org.counts()["calls"] == calls

    Case.objects.filter(pk=refused.pk).update(key="i:mended")
    assert refused.mirror_again(by=alice)
    run(row)
    everything_stands_once(org)
    assert [entry.words for entry in refused.entries.all()][:2] == ["created in Salesforce", "sent to Salesforce again"]


def test_what_salesforce_quotes_of_a_case_reaches_neither_the_case_nor_the_log(
    org: Org, row: SalesforceOrg, open_cases: Callable[[int], list[Case]], caplog: pytest.LogCaptureFixture
) -> None:
    (case,) = open_cases(1)
    fault = {"field": "SuppliedPhone", "code": "FIELD_CUSTOM_VALIDATION_EXCEPTION", "message": f"not {PHONE}, please"}
    org.faults(refuse_field=fault)
    run(row)
    org.faults(down=True)
    open_cases(1)
    run(row)
    case.refresh_from_db()
    assert case.mirror_trouble.startswith("FIELD_CUSTOM_VALIDATION_EXCEPTION: not [")
    told = caplog.text + case.mirror_trouble + case.entries.get().words + row.trouble
    assert "HTTP_503" in caplog.text
    assert not any(secret in told for secret in ("5550142", "secret", "Bearer", case.key))


def test_locked_rows_are_sent_again_after_a_pause_that_grows(
    org: Org, row: SalesforceOrg, open_cases: Callable[[int], list[Case]]
) -> None:
    case, *_ = open_cases(3)
    pauses = []
    for _ in range(3):
        org.faults(lock_row=1)
        run(row)
        case.refresh_from_db()
        assert (case.mirror, case.mirror_trouble.split(":")[0]) == ("pending", "UNABLE_TO_LOCK_ROW")
        pauses.append((case.mirror_at - Case.objects.annotate(now=Now()).first().now).total_seconds())  # type: ignore
        calls = org.counts()["calls"]
        run(row)
        assert org.counts()["calls"] == calls
        time_passes(row, pauses[-1] + 1)
    assert [round(pause) for pause in pauses] == [1, 2, 4]
    assert Case.objects.filter(mirror="mirrored").count() == 2
    org.faults()
    run(row)
    case.refresh_from_db()
    assert (case.mirror_trouble, case.mirror_tries) == ("", 0)
    everything_stands_once(org)


@pytest.mark.parametrize(
    ("fault", "trouble"),
    [
        ({"down": True}, "HTTP_503"),
        ({"limit": True}, "REQUEST_LIMIT_EXCEEDED"),
        ({"refuse_tokens": True}, "INVALID_SESSION_ID"),
        ({"slow_ms": 2000}, "TIMEOUT"),
    ],
)
def test_trouble_on_the_way_pauses_the_org_and_loses_nothing(
    org: Org,
    row: SalesforceOrg,
    open_cases: Callable[[int], list[Case]],
    monkeypatch: pytest.MonkeyPatch,
    fault: dict,
    trouble: str,
) -> None:
    monkeypatch.setattr(mirror, "TIMEOUTS_S", (1.0, 0.5))
    open_cases(1)
    run(row)
    open_cases(250)
    for tries in (1, 2):
        org.faults(**fault)
        run(row)
        assert (row.trouble.split(":")[0], row.tries) == (trouble, tries)
        assert row.pk not in mirror.orgs_due()
        calls, logins = org.counts().values()
        assert run(row).tries == tries
        assert org.counts() == {"calls": calls, "logins": logins}
        time_passes(row, 5)
        assert mirror.orgs_due() == {row.pk}
    org.faults()
    run(row)
    assert (row.trouble, row.tries, row.retry_at) == ("", 0, None)
    everything_stands_once(org)


def test_an_org_that_is_gone_pauses_and_comes_back(
    org: Org, row: SalesforceOrg, open_cases: Callable[[int], list[Case]]
) -> None:
    open_cases(2)
    SalesforceOrg.objects.update(login_url="https://localhost:1")
    run(row)
    assert row.trouble == "UNREACHABLE: Salesforce could not be reached"
    SalesforceOrg.objects.update(login_url=org.url)
    time_passes(row, 5)
    run(row)
    everything_stands_once(org)


def test_a_refused_sign_in_is_not_repeated_at_once(
    org: Org, row: SalesforceOrg, open_cases: Callable[[int], list[Case]]
) -> None:
    open_cases(1)
    SalesforceOrg.objects.update(client_secret="")
    run(row)
    assert row.trouble.startswith("invalid_client")
    assert row.retry_at
    assert (row.retry_at - datetime.now(UTC)).total_seconds() > 200


def test_an_answer_lost_after_the_work_was_done_makes_no_second_case(
    org: Org, row: SalesforceOrg, open_cases: Callable[[int], list[Case]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mirror, "TIMEOUTS_S", (1.0, 0.5))
    mirror._client(row.login())._connected()
    (case,) = open_cases(1)
    org.faults(slow_ms=2000)
    run(row)
    assert len(org.cases()) == 1
    case.refresh_from_db()
    assert (case.mirror, case.salesforce_id) == ("pending", "")
    org.faults()
    time_passes(row, 5)
    run(row)
    assert case.entries.get().words == "created in Salesforce"
    everything_stands_once(org)


def test_while_one_mirror_sends_another_does_not(
    org: Org, row: SalesforceOrg, open_cases: Callable[[int], list[Case]]
) -> None:
    open_cases(1)
    assert mirror._claim(row)
    assert mirror.orgs_due() == set()
    run(row)
    assert org.counts() == {"calls": 0, "logins": 0}


def test_the_claim_of_a_worker_that_died_runs_out(
    org: Org, row: SalesforceOrg, open_cases: Callable[[int], list[Case]]
) -> None:
    open_cases(1)
    died_with = mirror._claim(row)
    time_passes(row, mirror.CLAIM_S)
    assert mirror.orgs_due() == {row.pk}
    run(row)
    everything_stands_once(org)
    claim = mirror._claim(row)
    assert mirror._claim(row, died_with) is None
    mirror._pause(row, died_with, SalesforceError("TIMEOUT"))
    row.refresh_from_db()
    assert (row.retry_at, row.tries) == (claim, 0)


@in_threads
def test_two_mirrors_at_once_send_each_case_once(
    org: Org, row: SalesforceOrg, open_cases: Callable[[int], list[Case]]
) -> None:
    open_cases(300)
    org.faults(slow_ms=100)
    threads = [threading.Thread(target=in_thread, args=[row]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert org.counts() == {"calls": 3, "logins": 1}
    everything_stands_once(org)


@in_threads
def test_a_case_that_moved_while_it_was_sent_is_sent_again(
    org: Org, row: SalesforceOrg, open_cases: Callable[[int], list[Case]], alice: Person
) -> None:
    (case,) = open_cases(1)
    org.faults(slow_ms=700)
    thread = threading.Thread(target=in_thread, args=[row])
    thread.start()
    while not org.cases():
        assert thread.is_alive()
    case.take(by=alice)
    org.faults()
    thread.join()
    (found,) = org.cases()
    assert found["Status"] == "Working"
    everything_stands_once(org)


def in_thread(row: SalesforceOrg) -> None:
    try:
        mirror.mirror_pending(SalesforceOrg.objects.get(pk=row.pk))
    finally:
        connection.close()


def test_a_case_that_moves_wakes_its_mirror_after_the_commit(
    row: SalesforceOrg,
    open_cases: Callable[[int], list[Case]],
    alice: Person,
    django_capture_on_commit_callbacks: Callable,
) -> None:
    (case,) = open_cases(1)
    broker = redis.Redis.from_url(settings.REDIS_URL)
    broker.delete("celery")
    with django_capture_on_commit_callbacks(execute=True):
        case.take(by=alice)
        assert broker.llen("celery") == 0
    assert [b"calls.tasks.mirror_cases" in task for task in broker.lrange("celery", 0, -1)] == [True]
    broker.close()


def test_a_case_without_an_org_wakes_nobody(django_capture_on_commit_callbacks: Callable) -> None:
    with django_capture_on_commit_callbacks() as callbacks:
        wake_mirror(None)
    assert callbacks == []


def test_without_redis_a_wake_is_lost_and_nothing_else() -> None:
    wake = "import django; django.setup(); from calls.salesforce.wake import wake_mirror; wake_mirror(1)"
    env = os.environ | {"REDIS_URL": "redis://127.0.0.1:1/0"}
    done = subprocess.run([sys.executable, "-c", wake], env=env, capture_output=True, text=True, timeout=60)
    assert (done.returncode, "broker away" in done.stderr) == (0, True), done.stderr
