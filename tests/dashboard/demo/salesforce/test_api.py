import base64
import json
import time
from pathlib import Path

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from dashboard.demo.salesforce.server import SalesforceStandIn

from .conftest import LOGIN, UPSERT, Caller, case, collection

SAMPLES = Path(__file__).parents[3] / "samples" / "salesforce"
JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def assertion(key: rsa.RSAPrivateKey, **claims: object) -> str:
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    known = {"iss": "ringback", "sub": "alice@acme.example", "aud": "https://localhost", "exp": int(time.time()) + 180}
    return jwt.encode(known | claims, pem, "RS256")


def test_client_credentials_come_in_the_form_or_as_basic(caller: Caller) -> None:
    answer = caller.sign_in().json()
    assert answer["token_type"] == "Bearer"
    assert answer["instance_url"] == caller.stand_in.url
    basic = base64.b64encode(b"ringback:secret").decode()
    in_header = caller.send(
        "POST",
        "/services/oauth2/token",
        data={"grant_type": "client_credentials"},
        headers={"Authorization": f"Basic {basic}"},
    )
    assert in_header.status_code == 200


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"grant_type": "implicit"}, "unsupported_grant_type"),
        (LOGIN | {"client_id": ""}, "invalid_client_id"),
        (LOGIN | {"client_secret": ""}, "invalid_client"),
        (LOGIN | {"grant_type": "password", "username": "alice@acme.example"}, "invalid_grant"),
        ({"grant_type": JWT_BEARER, "assertion": "a.b.c"}, "invalid_grant"),
    ],
)
def test_a_refused_sign_in_is_an_object_as_in_the_sample(caller: Caller, form: dict[str, str], error: str) -> None:
    answer = caller.sign_in(**form)
    assert answer.status_code == 400
    assert answer.json()["error"] == error
    assert answer.json().keys() == json.loads((SAMPLES / "09_oauth_error.json").read_text()).keys()


def test_a_password_signs_in(caller: Caller) -> None:
    form = LOGIN | {"grant_type": "password", "username": "alice@acme.example", "password": "secret"}
    assert caller.sign_in(**form).status_code == 200


def test_a_wrong_secret_is_refused_where_one_is_set(certificates: Path) -> None:
    with SalesforceStandIn(certificates=certificates, client_secret="right") as stand_in:
        assert Caller(stand_in).sign_in(**LOGIN).json()["error"] == "invalid_client"
        assert Caller(stand_in).sign_in(**(LOGIN | {"client_secret": "right"})).status_code == 200


def test_without_a_public_key_only_the_claims_are_checked(caller: Caller, key: rsa.RSAPrivateKey) -> None:
    def answers(**claims: object) -> int:
        return caller.sign_in(grant_type=JWT_BEARER, assertion=assertion(key, **claims)).status_code

    assert answers() == 200
    assert answers(exp=int(time.time()) - 10) == 400
    assert answers(exp=int(time.time()) + 3600) == 400
    assert answers(sub="") == 400


def test_with_a_public_key_the_signature_is_checked(certificates: Path, key: rsa.RSAPrivateKey) -> None:
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    other = rsa.generate_private_key(65537, 2048)
    with SalesforceStandIn(certificates=certificates, jwt_public_key=public) as stand_in:
        caller = Caller(stand_in)
        assert caller.sign_in(grant_type=JWT_BEARER, assertion=assertion(key)).status_code == 200
        assert caller.sign_in(grant_type=JWT_BEARER, assertion=assertion(other)).json()["error"] == "invalid_grant"


def test_an_unknown_token_is_refused_as_in_the_sample(caller: Caller) -> None:
    caller.token = "nobody's"
    answer = caller.data("GET", "/limits")
    assert answer.status_code == 401
    assert answer.json() == json.loads((SAMPLES / "05_rest_error_array.json").read_text())


def test_the_query_gives_numbers_by_id(caller: Caller) -> None:
    ids = [result["id"] for result in caller.upsert(*[case(f"i:{n}") for n in range(3)])]
    quoted = ",".join(f"'{sf_id}'" for sf_id in [ids[0], ids[2][:15], "500xx000000bZ7pAAE"])
    soql = f"SELECT Id, CaseNumber FROM Case WHERE Id IN ({quoted})"  # noqa: S608
    answer = caller.data("GET", "/query", params={"q": soql}).json()
    assert answer["done"] is True
    assert {row["Id"]: row["CaseNumber"] for row in answer["records"]} == {ids[0]: "00000001", ids[2]: "00000003"}


def test_the_query_takes_500_ids(caller: Caller) -> None:
    ids = [f"500xx0000{n:09}" for n in range(500)]
    soql = "SELECT Id, CaseNumber FROM Case WHERE Id IN ({})"
    quoted = [f"'{sf_id}'" for sf_id in ids]
    assert caller.data("GET", "/query/", params={"q": soql.format(",".join(quoted))}).status_code == 200
    too_many = caller.data("GET", "/query/", params={"q": soql.format(",".join([*quoted, quoted[0]]))})
    assert too_many.json()[0]["errorCode"] == "MALFORMED_QUERY"


@pytest.mark.parametrize("soql", ["", "SELECT Id FROM Case", "SELECT Id, CaseNumber FROM Case WHERE Id IN ()"])
def test_another_query_is_malformed(caller: Caller, soql: str) -> None:
    answer = caller.data("GET", "/query", params={"q": soql})
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, "MALFORMED_QUERY")


def test_every_data_answer_says_how_much_of_the_limit_is_used(caller: Caller) -> None:
    first, second = caller.data("GET", "/limits"), caller.data("GET", "/nowhere")
    assert first.headers["Sforce-Limit-Info"] == "api-usage=1/100000"
    assert first.json() == {"DailyApiRequests": {"Max": 100000, "Remaining": 99999}}
    assert second.headers["Sforce-Limit-Info"] == "api-usage=2/100000"
    assert (second.status_code, second.json()[0]["errorCode"]) == (404, "NOT_FOUND")
    assert caller.send("GET", "/_stand_in/calls").json() == {"calls": 2, "logins": 1}


def test_down_answers_in_html_until_it_is_up_again(caller: Caller) -> None:
    caller.upsert(case("i:1"))
    caller.faults(down=True)
    answer = caller.data("GET", "/limits")
    assert (answer.status_code, answer.headers["Content-Type"]) == (503, "text/html; charset=utf-8")
    assert caller.sign_in().status_code == 503
    caller.faults()
    assert caller.data("GET", "/limits").status_code == 200


def test_a_slow_answer_comes_late(caller: Caller) -> None:
    caller.faults(slow_ms=200)
    began_at = time.monotonic()
    caller.sign_in()
    assert time.monotonic() - began_at >= 0.2


def test_so_many_rows_are_locked_and_no_more(caller: Caller) -> None:
    caller.faults(lock_row=2)
    results = caller.upsert(case("i:1"), case("i:2"), case("i:3"))
    assert [result["success"] for result in results] == [False, False, True]


def test_a_used_up_limit_refuses_the_call(caller: Caller) -> None:
    caller.faults(limit=True)
    answer = caller.data("PATCH", UPSERT, json=collection(case("i:1")))
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (403, "REQUEST_LIMIT_EXCEEDED")


def test_a_field_is_refused_in_the_words_asked_for(caller: Caller) -> None:
    refused = {"field": "SuppliedPhone", "code": "FIELD_CUSTOM_VALIDATION_EXCEPTION", "message": "No phones"}
    caller.faults(refuse_field=refused)
    with_phone, without = caller.upsert(case("i:1", SuppliedPhone="+12025550142"), case("i:2"))
    assert with_phone["errors"] == [
        {"statusCode": refused["code"], "message": "No phones", "fields": ["SuppliedPhone"]}
    ]
    assert without["success"]


def test_expired_tokens_are_refused_and_new_ones_are_not(caller: Caller) -> None:
    caller.data("GET", "/limits")
    caller.faults(expire_tokens=True)
    assert caller.data("GET", "/limits").status_code == 401
    caller.token = ""
    assert caller.data("GET", "/limits").status_code == 200


def test_an_unknown_fault_is_refused(caller: Caller) -> None:
    assert caller.send("POST", "/_stand_in/faults", json={"rain": True}).status_code == 400


def test_a_page_elsewhere_cannot_switch_faults_on(caller: Caller) -> None:
    answer = caller.send("POST", "/_stand_in/faults", data='{"down": true}', headers={"Content-Type": "text/plain"})
    assert answer.status_code == 415
    assert caller.sign_in().status_code == 200
