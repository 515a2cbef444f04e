import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from calls.salesforce.client import FIELDS, Login, Result, SalesforceClient, SalesforceError, record_url

from .canned import Canned
from .conftest import Org

SAMPLES = Path(__file__).parents[2] / "samples" / "salesforce"
ID = "500xx000000bZ7pAAE"


def case(key: str, **values: str) -> dict[str, str]:
    return {"Ringback_Key__c": key, "Status": "New", "Subject": "Dropped call"} | values


def error(result: Result) -> tuple[str, bool]:
    assert result.id is None
    assert result.error is not None
    return result.error.code, result.error.permanent


def failure(client: SalesforceClient, *records: dict[str, str]) -> SalesforceError:
    with pytest.raises(SalesforceError) as failed:
        client.upsert_cases(list(records or [case("i:1")]))
    return failed.value


def test_an_upsert_creates_a_case_once(org: Org, client: SalesforceClient) -> None:
    every_field = {name: f"a {name}" for name in FIELDS}
    (first,) = client.upsert_cases([every_field])
    (second,) = client.upsert_cases([every_field])
    assert (first.is_created, second.is_created, first.error, second.error) == (True, False, None, None)
    assert first.id == second.id == org.cases()[0]["Id"]
    assert {name: org.cases()[0][name] for name in FIELDS} == every_field


def test_200_cases_are_one_call_and_one_sign_in(org: Org, client: SalesforceClient) -> None:
    results = client.upsert_cases([case(f"i:{n}") for n in range(200)])
    assert [result.id for result in results] == [found["Id"] for found in reversed(org.cases())]
    assert org.counts() == {"calls": 1, "logins": 1}
    assert client.limit_used == (1, 100_000)


def test_a_refused_record_does_not_block_the_rest(client: SalesforceClient) -> None:
    bad, good = client.upsert_cases([case("i:1", Status=""), case("i:2")])
    assert error(bad) == ("REQUIRED_FIELD_MISSING", True)
    assert good.id
    assert good.error is None


def test_an_update_goes_by_id(org: Org, client: SalesforceClient) -> None:
    (created,) = client.upsert_cases([case("i:1")])
    (updated,) = client.update_cases([{"Id": created.id or "", "Subject": "Called back"}])
    assert updated == Result(created.id, False, None)
    assert org.cases()[0]["Subject"] == "Called back"
    assert org.counts()["calls"] == 2


def test_an_update_of_a_deleted_case_asks_a_person(org: Org, client: SalesforceClient) -> None:
    kept, deleted = client.upsert_cases([case("i:1"), case("i:2")])
    client._connected().restful(f"sobjects/Case/{deleted.id}", method="DELETE")
    results = client.update_cases([{"Id": result.id or "", "Subject": "x"} for result in (deleted, kept)])
    assert error(results[0]) == ("ENTITY_IS_DELETED", True)
    assert results[1].error is None
    assert len(org.cases()) == 1


def test_case_numbers_come_by_the_id_asked_for(client: SalesforceClient) -> None:
    ids = [result.id or "" for result in client.upsert_cases([case("i:1"), case("i:2")])]
    assert client.case_numbers([ids[1], ids[0][:15], ID]) == {ids[1]: "00000002", ids[0][:15]: "00000001"}


def test_500_case_numbers_are_one_call(org: Org, client: SalesforceClient) -> None:
    ids = [f"500xx0000{n:09}" for n in range(499)]
    (created,) = client.upsert_cases([case("i:1")])
    assert client.case_numbers([*ids, created.id or ""]) == {created.id: "00000001"}
    assert org.counts()["calls"] == 2


def test_nothing_to_do_asks_nothing(org: Org, client: SalesforceClient) -> None:
    assert client.upsert_cases([]) == client.update_cases([]) == []
    assert client.case_numbers([]) == {}
    assert org.counts() == {"calls": 0, "logins": 0}


def test_more_than_a_call_holds_is_a_mistake_of_the_caller(client: SalesforceClient) -> None:
    with pytest.raises(ValueError, match="200"):
        client.upsert_cases([case(f"i:{n}") for n in range(201)])
    with pytest.raises(ValueError, match="500"):
        client.case_numbers([ID] * 501)


@pytest.mark.parametrize(
    "bad", ["", "500", "https://evil.example/x", "500xx000000bZ7pAA'", "500xx000000bZ7p\n", "500xx000000bZ7péAE"]
)
def test_what_is_no_id_reaches_neither_query_nor_address(org: Org, client: SalesforceClient, bad: str) -> None:
    for use in (
        lambda: client.case_numbers([ID, bad]),
        lambda: client.update_cases([{"Id": bad, "Subject": "x"}]),
        lambda: record_url("https://acme.lightning.force.com", bad),
    ):
        with pytest.raises(SalesforceError, match="MALFORMED_ID"):
            use()
    assert org.counts()["calls"] == 0


def test_a_record_has_a_page(org: Org, client: SalesforceClient) -> None:
    assert record_url("https://acme.lightning.force.com/", ID) == (
        f"https://acme.lightning.force.com/lightning/r/Case/{ID}/view"
    )


def test_an_ended_session_is_renewed_once_for_all_threads(org: Org, client: SalesforceClient) -> None:
    client.upsert_cases([case("i:1")])
    org.faults(expire_tokens=True)
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda n: client.upsert_cases([case(f"i:{n}")]), range(8)))
    assert all(result.id for (result,) in results)
    assert org.counts()["logins"] == 2


def test_a_session_that_is_never_accepted_ends_after_one_repeat(org: Org, client: SalesforceClient) -> None:
    org.faults(refuse_tokens=True)
    failed = failure(client)
    assert (failed.code, failed.permanent) == ("INVALID_SESSION_ID", False)
    assert org.counts()["logins"] == 2
    org.faults()
    assert client.upsert_cases([case("i:1")])[0].id


def test_a_salesforce_that_is_down_is_transient_and_comes_back(org: Org, client: SalesforceClient) -> None:
    client.upsert_cases([case("i:1")])
    org.faults(down=True)
    failed = failure(client)
    assert (failed.code, failed.permanent) == ("HTTP_503", False)
    org.faults()
    assert client.upsert_cases([case("i:1")])[0].is_created is False


def test_an_answer_that_never_came_does_not_make_a_second_case(org: Org, login: Login) -> None:
    with SalesforceClient(login, timeouts_s=(3, 0.3)) as client:
        client.upsert_cases([case("i:0")])
        org.faults(slow_ms=60_000)
        failed = failure(client, case("i:1"))
        assert (failed.code, failed.permanent) == ("TIMEOUT", False)
        org.faults()
        assert client.upsert_cases([case("i:1")])[0].is_created is False
    assert len(org.cases()) == 2


def test_a_locked_row_is_transient_for_that_row(org: Org, client: SalesforceClient) -> None:
    org.faults(lock_row=1)
    locked, free = client.upsert_cases([case("i:1"), case("i:2")])
    assert error(locked) == ("UNABLE_TO_LOCK_ROW", False)
    assert free.id


def test_a_used_up_limit_is_transient(org: Org, client: SalesforceClient) -> None:
    org.faults(limit=True)
    failed = failure(client)
    assert (failed.code, failed.permanent) == ("REQUEST_LIMIT_EXCEEDED", False)


def test_a_refused_field_parks_the_record_with_the_reason(org: Org, client: SalesforceClient) -> None:
    refused = {"field": "SuppliedPhone", "code": "FIELD_CUSTOM_VALIDATION_EXCEPTION", "message": "No phones, please"}
    org.faults(refuse_field=refused)
    with_phone, without = client.upsert_cases([case("i:1", SuppliedPhone="+12025550142"), case("i:2")])
    assert error(with_phone) == ("FIELD_CUSTOM_VALIDATION_EXCEPTION", True)
    assert with_phone.error
    assert with_phone.error.message == "No phones, please"
    assert without.id


def test_the_same_key_twice_refuses_both_without_showing_the_key(client: SalesforceClient) -> None:
    first, second = client.upsert_cases([case("instance:contact"), case("instance:contact")])
    assert error(first) == error(second) == ("DUPLICATE_VALUE", False)
    assert "instance:contact" not in str(first.error)


@pytest.mark.parametrize(
    "message",
    [
        "SuppliedPhone: invalid phone: +12025550142",
        "SuppliedPhone: invalid phone: +1 (202) 555-0142",
        "Caller Alice Miller, 12025550142, is on the list of Bob",
        "Subject: data value too large: Alice Mi\nller and more (max length=255)",
    ],
)
def test_a_message_shows_no_numbers_and_no_words_of_people(org: Org, client: SalesforceClient, message: str) -> None:
    org.faults(refuse_field={"field": "Subject", "code": "STRING_TOO_LONG", "message": message})
    record = case("i:1", Subject="Alice Miller", Description="Bob", SuppliedPhone="+12025550142")
    (result,) = client.upsert_cases([record])
    shown = str(result.error)
    assert "0142" not in shown
    assert "Alice" not in shown
    assert "Bob" not in shown


def test_a_message_is_cut_and_keeps_what_an_administrator_needs(org: Org, client: SalesforceClient) -> None:
    message = "Status: bad value for restricted picklist field: New " + "x" * 1000
    org.faults(
        refuse_field={
            "field": "Status",
            "code": "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
            "message": message,
        }
    )
    (result,) = client.upsert_cases([case("i:1")])
    assert result.error
    assert result.error.message == message[:300]
    assert result.error.permanent


def test_a_message_to_a_whole_call_shows_neither_token_nor_values(
    canned: Canned, canned_client: SalesforceClient
) -> None:
    said = "00D!canned may not write Dropped call to 12025550142"
    canned.status, canned.body = 400, json.dumps([{"errorCode": "INVALID_FIELD", "message": said}])
    failed = failure(canned_client)
    assert str(failed) == "INVALID_FIELD: [...] may not write [...] to [number]"
    assert failed.permanent


def test_the_sample_of_a_collection_is_mapped_by_index(canned: Canned, canned_client: SalesforceClient) -> None:
    canned.body = (SAMPLES / "08_collections_upsert_response.json").read_text()
    created, missing, locked = canned_client.upsert_cases([case("i:1"), case("i:2"), case("i:3")])
    assert created == Result(ID, True, None)
    assert error(missing) == ("REQUIRED_FIELD_MISSING", True)
    assert error(locked) == ("UNABLE_TO_LOCK_ROW", False)


@pytest.mark.parametrize(
    ("sample", "status", "code", "permanent"),
    [
        ("05_rest_error_array.json", 401, "INVALID_SESSION_ID", False),
        ("06_rest_error_required_field.json", 400, "REQUIRED_FIELD_MISSING", True),
        ("07_rest_error_duplicates_detected.json", 400, "DUPLICATES_DETECTED", True),
        ("09_oauth_error.json", 400, "HTTP_400", False),
    ],
)
def test_the_samples_of_errors_keep_their_code(
    canned: Canned, canned_client: SalesforceClient, sample: str, status: int, code: str, permanent: bool
) -> None:
    canned.status, canned.body = status, (SAMPLES / sample).read_text()
    failed = failure(canned_client)
    assert (failed.code, failed.permanent) == (code, permanent)


@pytest.mark.parametrize(
    ("code", "status", "permanent"),
    [
        ("REQUEST_LIMIT_EXCEEDED", 403, False),
        ("UNABLE_TO_LOCK_ROW", 400, False),
        ("SERVER_UNAVAILABLE", 503, False),
        ("QUERY_TIMEOUT", 400, False),
        ("UNKNOWN_EXCEPTION", 500, False),
        ("DUPLICATE_VALUE", 400, False),
        ("ANYTHING_ELSE", 502, False),
        ("STRING_TOO_LONG", 400, True),
        ("MALFORMED_ID", 400, True),
        ("INVALID_FIELD", 400, True),
        ("NOT_FOUND", 404, True),
        ("INSUFFICIENT_ACCESS_OR_READONLY", 403, True),
        ("API_DISABLED_FOR_ORG", 403, True),
    ],
)
def test_the_code_says_whether_it_passes(
    canned: Canned, canned_client: SalesforceClient, code: str, status: int, permanent: bool
) -> None:
    canned.status, canned.body = status, json.dumps([{"errorCode": code, "message": "no"}])
    failed = failure(canned_client)
    assert (failed.code, failed.permanent) == (code, permanent)


def test_a_trigger_that_met_a_locked_row_is_transient(canned: Canned, canned_client: SalesforceClient) -> None:
    said = {"statusCode": "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "message": "OnCase: UNABLE_TO_LOCK_ROW"}
    canned.body = json.dumps([{"success": False, "errors": [said]}])
    assert error(canned_client.upsert_cases([case("i:1")])[0]) == ("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", False)


@pytest.mark.parametrize(
    "body",
    [
        "<html>maintenance</html>",
        "",
        "7",
        "null",
        "{}",
        "[]",
        "[" * 100_000,
        json.dumps([{"id": ID, "success": True}] * 2),
        json.dumps([{"success": True, "errors": []}]),
        json.dumps([{"id": "https://evil.example", "success": True}]),
        json.dumps([{"id": ID}]),
        json.dumps(["yes"]),
    ],
)
def test_an_answer_that_is_not_what_was_asked_for_maps_nothing(
    canned: Canned, canned_client: SalesforceClient, body: str
) -> None:
    canned.body = body
    failed = failure(canned_client)
    assert (failed.code, failed.permanent) == ("INVALID_ANSWER", False)


@pytest.mark.parametrize("errors", [None, [], ["no"], [{}], [{"statusCode": {"x": 1}}]])
def test_a_refusal_without_a_reason_is_still_a_refusal(
    canned: Canned, canned_client: SalesforceClient, errors: object
) -> None:
    canned.body = json.dumps([{"success": False, "errors": errors}])
    assert canned_client.upsert_cases([case("i:1")])[0].error


@pytest.mark.parametrize("body", ["{}", "[]", '{"records": [7]}', '{"records": [{"Id": "500xx000000bZ7qAAE"}]}'])
def test_an_answer_about_other_ids_gives_no_numbers(canned: Canned, canned_client: SalesforceClient, body: str) -> None:
    canned.body = body
    with pytest.raises(SalesforceError, match="INVALID_ANSWER"):
        canned_client.case_numbers([ID])


@pytest.mark.parametrize("status", [301, 302, 307])
def test_the_token_does_not_follow_a_redirect(
    canned: Canned, canned_client: SalesforceClient, org: Org, status: int
) -> None:
    canned.status, canned.headers = status, {"Location": f"{org.url}/lightning/o/Case/list"}
    assert not failure(canned_client).permanent
    assert len(canned.requests) == 2


def test_a_server_that_is_not_there_is_transient(login: Login, org: Org, unused_tcp_port: int) -> None:
    with SalesforceClient(Login(f"https://localhost:{unused_tcp_port}", "client-credentials", "x", "y")) as client:
        assert (failure(client).code, failure(client).permanent) == ("UNREACHABLE", False)


def test_a_certificate_of_nobody_we_know_is_transient_and_gets_no_secret(
    org: Org, client: SalesforceClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dashboard.demo.salesforce.certificates import ensure_certificates

    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(ensure_certificates(tmp_path)[0]))
    failed = failure(client)
    assert (failed.code, failed.permanent) == ("TLS", False)
    assert org.counts()["logins"] == 0


def test_a_missing_file_of_authorities_is_transient(client: SalesforceClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere/ca.pem")
    assert not failure(client).permanent
