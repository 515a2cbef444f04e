import json
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from calls.salesforce.client import Login, SalesforceClient, SalesforceError
from calls.salesforce.login import audience
from dashboard.demo.salesforce.server import SalesforceStandIn

from .canned import Canned
from .conftest import Org

SAMPLES = Path(__file__).parents[2] / "samples" / "salesforce"


def refusal(login: Login) -> SalesforceError:
    with SalesforceClient(login) as client, pytest.raises(SalesforceError) as refused:
        client.case_numbers(["500xx000000bZ7pAAE"])
    return refused.value


def signs_in(login: Login) -> bool:
    with SalesforceClient(login) as client:
        return client.case_numbers(["500xx000000bZ7pAAE"]) == {}


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


@pytest.fixture
def pem(key: rsa.RSAPrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def test_client_credentials_and_password_sign_in(login: Login) -> None:
    assert signs_in(login)
    assert signs_in(replace(login, flow="password", username="alice@acme.example", password="secret"))


def test_a_signed_assertion_signs_in_and_one_of_another_key_does_not(
    certificates: Path, trusted: None, key: rsa.RSAPrivateKey, pem: str
) -> None:
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    other = rsa.generate_private_key(65537, 2048).private_bytes(
        Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()
    )
    with SalesforceStandIn(certificates=certificates, jwt_public_key=public) as stand_in:
        login = Login(stand_in.url, "jwt-bearer", "ringback", username="alice@acme.example", private_key=pem)
        assert signs_in(login)
        refused = refusal(replace(login, private_key=other.decode()))
        assert (refused.code, refused.permanent) == ("invalid_grant", True)


@pytest.mark.parametrize(
    ("login_url", "expected"),
    [
        ("https://login.salesforce.com", "https://login.salesforce.com"),
        ("https://test.salesforce.com", "https://test.salesforce.com"),
        ("https://acme.my.salesforce.com", "https://login.salesforce.com"),
        ("https://acme--uat.sandbox.my.salesforce.com/", "https://test.salesforce.com"),
        ("https://localhost:8443", "https://localhost:8443"),
    ],
)
def test_an_assertion_is_for_the_login_service(login_url: str, expected: str) -> None:
    assert audience(login_url) == expected


def test_a_key_that_is_no_key_says_so_without_showing_it(login: Login) -> None:
    refused = refusal(replace(login, flow="jwt-bearer", private_key="not a key"))
    assert (refused.code, refused.permanent) == ("INVALID_KEY", True)
    assert "not a key" not in str(refused)


def test_a_login_hides_its_secrets() -> None:
    login = Login(
        "https://localhost",
        "password",
        "ringback",
        client_secret="hidden-1",
        password="hidden-2",
        private_key="hidden-3",
    )
    assert "hidden" not in repr(login)
    assert "ringback" in repr(login)


@pytest.mark.parametrize(
    "change",
    [
        {"login_url": "http://localhost"},
        {"login_url": "https://alice:secret@localhost"},
        {"login_url": "https://localhost/somewhere"},
        {"login_url": "https://localhost:99999"},
        {"login_url": "https://localhost\n.evil.example"},
        {"login_url": ""},
        {"flow": "soap"},
        {"api_version": "60.0/../../x"},
    ],
)
def test_a_login_that_cannot_be_is_permanent_and_sends_nothing(login: Login, org: Org, change: dict[str, str]) -> None:
    assert refusal(replace(login, **change)).permanent
    assert org.counts() == {"calls": 0, "logins": 0}


def test_a_wrong_secret_is_permanent(certificates: Path, trusted: None) -> None:
    with SalesforceStandIn(certificates=certificates, client_secret="right") as stand_in:
        refused = refusal(Login(stand_in.url, "client-credentials", "ringback", client_secret="wrong-secret"))
    assert (refused.code, refused.permanent) == ("invalid_client", True)
    assert "wrong-secret" not in str(refused)


def test_the_sample_of_a_refused_sign_in_is_permanent(canned: Canned) -> None:
    canned.token_status, canned.token_body = 400, (SAMPLES / "09_oauth_error.json").read_text()
    refused = refusal(Login(canned.url, "client-credentials", "ringback", client_secret="secret"))
    assert (refused.code, refused.message, refused.permanent) == ("invalid_grant", "authentication failure", True)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (400, '{"error": "invalid_grant", "error_description": "login rate exceeded"}'),
        (400, '{"error": "unknown_error", "error_description": "retry your request"}'),
        (503, '{"error": "invalid_grant"}'),
        (503, "<html>maintenance</html>"),
        (200, "<html>a proxy's sign-in page</html>"),
        (200, "[" * 100_000),
        (200, "[]"),
        (200, '{"access_token": "00D!x"}'),
        (200, '{"access_token": 7, "instance_url": "https://localhost"}'),
        (200, '{"access_token": "with\\nline", "instance_url": "https://localhost"}'),
        (302, ""),
    ],
)
def test_trouble_of_the_token_endpoint_passes(canned: Canned, status: int, body: str) -> None:
    canned.token_status, canned.token_body = status, body or " "
    canned.token_headers = {"Location": "https://localhost:1/"} if status == 302 else {}
    refused = refusal(Login(canned.url, "client-credentials", "ringback", client_secret="secret"))
    assert not refused.permanent
    assert canned.requests == ["POST /services/oauth2/token"]


@pytest.mark.parametrize(
    "instance_url",
    [
        "https://evil.example",
        "http://acme.my.salesforce.com",
        "https://evilsalesforce.com",
        "https://acme.my.salesforce.com@evil.example",
        "https://evil.example/.salesforce.com",
        "https://acme.my.salesforce.com:8443",
        "https://localhost:1",
        "acme.my.salesforce.com",
    ],
)
def test_a_token_is_never_taken_to_a_foreign_address(canned: Canned, instance_url: str) -> None:
    canned.token_body = json.dumps({"access_token": "00D!x", "instance_url": instance_url})
    refused = refusal(Login(canned.url, "client-credentials", "ringback", client_secret="secret"))
    assert (refused.code, refused.permanent) == ("INVALID_INSTANCE_URL", True)


def test_a_password_in_netrc_does_not_take_the_place_of_the_token(
    canned: Canned, canned_client: SalesforceClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netrc").write_text("machine localhost login bob password wrong\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    canned.body = '{"records": []}'
    canned_client.case_numbers(["500xx000000bZ7pAAE"])
    assert canned.authorizations == [None, "Bearer 00D!canned"]
