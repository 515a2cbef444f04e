import json
from pathlib import Path

import pytest

from .conftest import UPSERT, Caller, case, collection

SAMPLES = Path(__file__).parents[3] / "samples" / "salesforce"


def code(result: dict) -> object:
    return result["errors"][0]["statusCode"]


def test_an_upsert_creates_the_first_time_and_updates_the_second(caller: Caller) -> None:
    (first,) = caller.upsert(case("i:1"))
    (second,) = caller.upsert(case("i:1", Subject="Dropped again"))
    assert (first["created"], second["created"]) == (True, False)
    assert second["id"] == first["id"]
    assert [found["Subject"] for found in caller.cases()] == ["Dropped again"]


def test_a_key_is_case_sensitive(caller: Caller) -> None:
    caller.upsert(case("i:a"), case("i:A"))
    assert len(caller.cases()) == 2


def test_results_come_in_the_order_of_the_records(caller: Caller) -> None:
    results = caller.upsert(case("i:1"), case("i:2", Status=""), case("i:3"))
    assert [result["success"] for result in results] == [True, False, True]
    assert [found["Ringback_Key__c"] for found in caller.cases()] == ["i:3", "i:1"]


def test_a_refused_record_looks_as_in_the_sample(caller: Caller) -> None:
    _, required, locked = json.loads((SAMPLES / "08_collections_upsert_response.json").read_text())
    assert caller.upsert(case("i:1", Status="")) == [required]
    caller.faults(lock_row=1)
    assert caller.upsert(case("i:1")) == [locked]


def test_a_created_record_looks_as_in_the_sample(caller: Caller) -> None:
    created = json.loads((SAMPLES / "08_collections_upsert_response.json").read_text())[0]
    (result,) = caller.upsert(case("i:1"))
    assert result | {"id": created["id"]} == created


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"Colour__c": "red"}, "INVALID_FIELD"),
        ({"Subject": "x" * 256}, "STRING_TOO_LONG"),
        ({"Ringback_Link__c": "https://" + "x" * 250}, "STRING_TOO_LONG"),
        ({"Status": None}, "REQUIRED_FIELD_MISSING"),
        ({"Subject": 7}, "INVALID_TYPE_ON_FIELD_IN_RECORD"),
        ({"Ringback_Key__c": ""}, "MISSING_ARGUMENT"),
    ],
)
def test_a_bad_record_is_refused_by_itself(caller: Caller, values: dict, expected: str) -> None:
    bad, good = caller.upsert(case("i:1") | values, case("i:2"))
    assert code(bad) == expected
    assert good["success"]
    assert len(caller.cases()) == 1


def test_the_same_key_twice_in_one_call_refuses_both(caller: Caller) -> None:
    results = caller.upsert(case("i:1"), case("i:2"), case("i:1"))
    assert [result["success"] for result in results] == [False, True, False]
    assert code(results[0]) == code(results[2]) == "DUPLICATE_VALUE"


def test_all_or_none_takes_the_innocent_back(caller: Caller) -> None:
    results = caller.upsert(case("i:1"), case("i:2", Status=""), all_or_none=True)
    assert [code(result) for result in results] == ["ALL_OR_NONE_OPERATION_ROLLED_BACK", "REQUIRED_FIELD_MISSING"]
    assert caller.cases() == []


def test_ids_have_18_characters_and_numbers_8_digits(caller: Caller) -> None:
    caller.upsert(*[case(f"i:{n}") for n in range(70)])
    assert len({found["Id"].lower() for found in caller.cases()}) == 70
    assert all(found["Id"].startswith("500") and len(found["Id"]) == 18 for found in caller.cases())
    assert caller.cases()[-1]["CaseNumber"] == "00000001"


def test_an_update_by_id_changes_only_what_it_names(caller: Caller) -> None:
    (created,) = caller.upsert(case("i:1", Priority="High"))
    (updated,) = caller.update({"id": created["id"], "Subject": "Called back"})
    assert updated == {"id": created["id"], "success": True, "errors": []}
    (found,) = caller.cases()
    assert (found["Subject"], found["Priority"]) == ("Called back", "High")


def test_an_update_of_a_deleted_case_says_so(caller: Caller) -> None:
    (created,) = caller.upsert(case("i:1"))
    assert caller.data("DELETE", f"/sobjects/Case/{created['id']}").status_code == 204
    assert code(caller.update({"id": created["id"], "Subject": "x"})[0]) == "ENTITY_IS_DELETED"
    assert caller.upsert(case("i:1"))[0]["created"] is True


def test_an_update_of_an_unknown_case_is_refused(caller: Caller) -> None:
    assert code(caller.update({"id": "500xx000000bZ7pAAE", "Subject": "x"})[0]) == "INVALID_CROSS_REFERENCE_KEY"


def test_an_update_cannot_take_the_key_of_another_case(caller: Caller) -> None:
    first, _ = caller.upsert(case("i:1"), case("i:2"))
    assert code(caller.update({"id": first["id"], "Ringback_Key__c": "i:2"})[0]) == "DUPLICATE_VALUE"


@pytest.mark.parametrize(
    "body",
    [
        "{",
        "[]",
        "{}",
        '{"records": 7}',
        '{"records": [7]}',
        '{"records": [{"Status": "New"}]}',
        '{"records": [{"attributes": {"type": "Contact"}}]}',
        json.dumps(collection()),
        json.dumps(collection(*[case(f"i:{n}") for n in range(201)])),
    ],
)
def test_a_malformed_collection_is_refused_whole(caller: Caller, body: str) -> None:
    answer = caller.data("PATCH", UPSERT, data=body)
    assert answer.status_code == 400
    assert answer.json()[0].keys() == {"message", "errorCode"}
    assert caller.cases() == []


def test_200_records_fit_one_call(caller: Caller) -> None:
    results = caller.upsert(*[case(f"i:{n}", Description="x" * 5000) for n in range(200)])
    assert all(result["created"] for result in results)
