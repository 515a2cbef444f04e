import os
import signal
import stat
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests
import trustme

from dashboard.demo.salesforce.certificates import ensure_certificates
from dashboard.demo.salesforce.server import SalesforceStandIn

from .conftest import Caller, case


def test_a_restart_keeps_the_certificates(tmp_path: Path) -> None:
    first, server = ensure_certificates(tmp_path)
    before = first.read_bytes(), server.read_bytes()
    ensure_certificates(tmp_path)
    assert (first.read_bytes(), server.read_bytes()) == before
    assert stat.S_IMODE(server.stat().st_mode) == 0o600


@pytest.mark.parametrize(("left", "is_of_this_authority"), [(timedelta(hours=1), True), (timedelta(days=300), False)])
def test_certificates_that_expire_soon_or_are_of_another_authority_are_made_anew(
    tmp_path: Path, left: timedelta, is_of_this_authority: bool
) -> None:
    ca_file, server_file = ensure_certificates(tmp_path)
    ca = trustme.CA()
    server = ca.issue_cert("localhost", not_after=datetime.now(UTC) + left)
    server.private_key_and_cert_chain_pem.write_to_path(str(server_file))
    if is_of_this_authority:
        ca.cert_pem.write_to_path(str(ca_file))
    before = ca_file.read_bytes()
    ensure_certificates(tmp_path)
    assert ca_file.read_bytes() != before


def test_damaged_certificates_are_made_anew(tmp_path: Path) -> None:
    ca_file, _ = ensure_certificates(tmp_path)
    ca_file.write_text("damaged")
    with SalesforceStandIn(certificates=tmp_path) as stand_in:
        assert Caller(stand_in).sign_in().status_code == 200


def test_without_the_authority_the_certificate_is_not_trusted(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)
    monkeypatch.delenv("CURL_CA_BUNDLE", raising=False)
    with pytest.raises(requests.exceptions.SSLError):
        requests.get(caller.stand_in.url, timeout=10)


def test_a_port_that_is_taken_is_an_error_at_once(caller: Caller, certificates: Path) -> None:
    with (
        pytest.raises(OSError, match=str(caller.stand_in.port)),
        SalesforceStandIn(caller.stand_in.port, certificates=certificates),
    ):
        pass


def test_two_orgs_know_nothing_of_each_other(caller: Caller, certificates: Path) -> None:
    with SalesforceStandIn(certificates=certificates) as other:
        assert Caller(other, token=caller.sign_in().json()["access_token"]).data("GET", "/limits").status_code == 401


def test_cases_outlive_the_server(certificates: Path, tmp_path: Path) -> None:
    file = tmp_path / "cases.json"
    with SalesforceStandIn(certificates=certificates, cases=file) as stand_in:
        caller = Caller(stand_in)
        kept, gone, *_ = caller.upsert(case("i:1"), case("i:2"), case("i:3", Status=""))
        caller.data("DELETE", f"/sobjects/Case/{gone['id']}")
        before = caller.cases()
    with SalesforceStandIn(certificates=certificates, cases=file) as stand_in:
        caller = Caller(stand_in)
        assert caller.cases() == before
        assert caller.upsert(case("i:1", Subject="Again")) == [kept | {"created": False}]
        assert caller.update({"id": gone["id"], "Subject": "x"})[0]["errors"][0]["statusCode"] == "ENTITY_IS_DELETED"
        assert caller.upsert(case("i:4"))[0]["id"] not in {kept["id"], gone["id"]}
    assert [path.name for path in tmp_path.iterdir()] == ["cases.json"]


def test_damaged_cases_are_an_error_at_once(certificates: Path, tmp_path: Path) -> None:
    file = tmp_path / "cases.json"
    file.write_text("[{")
    with pytest.raises(ValueError, match="line 1"), SalesforceStandIn(certificates=certificates, cases=file):
        pass


def test_the_program_runs_until_it_is_told_to_end(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "dashboard.demo.salesforce", "--certificates", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ.copy()) as program:
        assert program.stdout is not None
        line = program.stdout.readline()
        url = line.split()[3].rstrip(",")
        answer = requests.get(f"{url}/lightning/o/Case/list", verify=str(tmp_path / "ca.pem"), timeout=10)
        assert answer.status_code == 200
        program.send_signal(signal.SIGTERM)
        assert program.wait(timeout=10) == 0
