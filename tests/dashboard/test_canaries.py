"""Twenty words, numbers and secrets go through the real product and its faults; then all it wrote is searched for them.

What PostgreSQL holds is the product's memory: it is not searched, but asked whether the canaries really went in.
"""

import base64
import json
import os
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import unquote, urlsplit

import psycopg
import pytest
import redis
import requests
from cryptography.fernet import Fernet

from tests.calls.salesforce.canned import Canned, serve
from tests.journeys.records import SAMPLES, Talk, dropped
from tests.journeys.stack import CONTACT_LENS, CONTACT_RECORDS, ROOT, Stack, until

pytestmark = pytest.mark.journey

NUMBER = "+12025550187"
OTHER_NUMBER = "+442079460123"
# Between the digits of a number, as people and other systems write it.
BETWEEN = r"[\s().\-/+]{0,3}"
SECRET_ENV = {
    "AWS_SECRET_ACCESS_KEY": "canary+aws/secret+9fz3",
    "SF_CLIENT_SECRET": "canary-client-secret-4kq1",
    "METRICS_TOKEN": "canary-metrics-token-8vd2",
    "SECRET_KEY": "canary-secret-key-" + "z8x7" * 10,
    "RINGBACK_SECRETS_KEYS": Fernet.generate_key().decode(),
}
WORDS = {
    "a voice turn": "canaryvoice my goldfish is called Bartholomew",
    "a voice piece": "canarypiece he swims in circles",
    "a chat turn": "canarychat please do not tell my aunt",
    "a display name": "Canaryname Featherstonehaugh",
    "a summary": "canarysummary the customer cried",
    "a contact attribute": "canaryattribute-77-loan",
    "an attribute's name": "canaryattributename",
    "a broken record": "canarypoison",
    "a record that the database refuses": "canaryrefused",
    "a row in a database error": "canaryrow",
    "a password typed wrongly": "canarytyped-password",
    "an access token of Salesforce": "00D!canaryaccesstoken",
    "a page of a proxy": "canaryproxy call me back",
    "a field that Salesforce quotes": "canaryquoted",
}


@contextmanager
def monitored(redis_url: str) -> Iterator[bytearray]:
    """Every command that Redis gets, until it ends or the context does."""
    heard = bytearray()
    with socket.socket(socket.AF_UNIX) as monitor:
        monitor.connect(urlsplit(redis_url).path)
        monitor.sendall(b"MONITOR\r\n")

        def listen() -> None:
            while more := monitor.recv(1 << 16):
                heard.extend(more)

        thread = threading.Thread(target=listen)
        thread.start()
        try:
            yield heard
        finally:
            with suppress(OSError):
                monitor.shutdown(socket.SHUT_RDWR)
            thread.join()


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    world = (ROOT / "tests/journeys/acme.toml").read_text()
    world = world.replace('alias = "acme"', 'alias = "acme"\ndescribe_contacts = true', 1)
    env = {"SWEEP_S": "1", "LOG_FORMAT": "json", **SECRET_ENV}
    with Stack(tmp_path_factory.mktemp("canaries"), os.environ["DATABASE_URL"], world, env) as stack:
        yield stack


def test_nothing_that_is_written_holds_a_word_a_number_or_a_secret(stack: Stack) -> None:
    with monitored(stack.redis.url) as heard, serve(Canned(), stack.folder) as salesforce:
        salesforce.token_body = json.dumps(
            {"access_token": WORDS["an access token of Salesforce"], "instance_url": salesforce.url}
        )
        people_speak_and_are_dropped(stack)
        amazon_connect_tells_a_number(stack)
        records_are_broken(stack)
        session = people_look_and_err(stack)
        salesforce_is_hostile(stack, salesforce)
        the_database_quotes_rows(stack)
        pages_fail(stack, session)
        kinesis_refuses(stack)
        with stack.without_redis():
            until(lambda: "redis" in healthz(stack).json()["degraded"], "Redis is missed")
        answers = [healthz(stack).text, metrics(stack).text]
        stored = [str(each) for each in what_redis_holds(stack)]
    assert heard.count(b"PUBLISH") > 5
    assert heard.count(b"LPUSH") > 5
    written = {**files(stack), "redis commands": with_base64(heard.decode(errors="replace"))}
    written |= {"redis keys": with_base64("\n".join(stored)), "answers": "\n".join(answers)}
    secrets = {**WORDS, **SECRET_ENV, **secrets_of(stack), "a session": session.cookies["sessionid"]}
    assert len({*secrets, NUMBER, OTHER_NUMBER}) >= 20
    found = found_in(written, secrets)
    assert not found, "\n".join(found)


def people_speak_and_are_dropped(stack: Stack) -> None:
    talk = Talk()
    chat = json.loads((SAMPLES / "contact_lens_chat/02_segments_all_kinds.json").read_text())
    turn = next(each["Transcript"] for each in chat["Segments"] if "Transcript" in each)
    turn |= {"Content": WORDS["a chat turn"], "DisplayName": WORDS["a display name"], "ParticipantRole": "CUSTOMER"}
    chat |= {"InstanceId": talk.started()["InstanceId"], "Segments": [{"Transcript": turn}]}
    summary = {"PostContactSummary": {"Content": WORDS["a summary"], "Status": "COMPLETED"}}
    stack.put(
        CONTACT_LENS, talk.started(), talk.piece("p", WORDS["a voice piece"]),
        talk.final("t", f"{WORDS['a voice turn']}, call 202-555-0187"),
        {**talk.completed(), "EventType": "SEGMENTS", "Segments": [summary]}, chat,
    )  # fmt: skip
    told = "SELECT 1 FROM transcripts_segment WHERE content LIKE %s"
    for name in ("a voice turn", "a chat turn"):
        until(lambda name=name: stack.rows(told, f"{WORDS[name]}%"), name)  # type: ignore[misc]
    record = dropped("canary-dropped", NUMBER)
    record["Attributes"] = {WORDS["an attribute's name"]: WORDS["a contact attribute"]}
    stack.put(CONTACT_RECORDS, record, dropped("canary-other", OTHER_NUMBER))
    until(lambda: len(stack.rows("SELECT 1 FROM calls_case")) == 2, "two cases")


def amazon_connect_tells_a_number(stack: Stack) -> None:
    known = {"Id": "canary-waits", "CustomerEndpoint": {"Type": "TELEPHONE_NUMBER", "Address": OTHER_NUMBER}}
    requests.put(f"{stack.connect_url}/control/contacts", json=[known], timeout=5).raise_for_status()
    for error in ("TooManyRequestsException", "InternalServiceException"):
        fault = {"error": error, "times": 2}
        requests.post(f"{stack.connect_url}/control/fault", json=fault, timeout=5).raise_for_status()
    stack.put(CONTACT_LENS, Talk("canary-waits").started())
    told = "SELECT 1 FROM calls_call WHERE contact_id = 'canary-waits' AND caller_address = %s"
    until(lambda: stack.rows(told, OTHER_NUMBER), "Amazon Connect tells the number")


def records_are_broken(stack: Stack) -> None:
    run(stack, "ALTER TABLE calls_call ADD CONSTRAINT refuses CHECK (dialled_address <> 'canaryrefused')")
    refused = dropped("canary-refused", NUMBER)
    refused["SystemEndpoint"] = {"Type": "TELEPHONE_NUMBER", "Address": WORDS["a record that the database refuses"]}
    stack.put(CONTACT_RECORDS, refused)
    stack.put_bytes(CONTACT_RECORDS, f'{{"ContactId": "{WORDS["a broken record"]}", {NUMBER}'.encode())
    wrong = dropped("canary-wrong", NUMBER) | {"DisconnectTimestamp": WORDS["a broken record"]}
    stack.put(CONTACT_RECORDS, wrong)
    until(lambda: len(stack.rows("SELECT 1 FROM calls_deadletter")) == 3, "three dead letters")


def people_look_and_err(stack: Stack) -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    for password in (WORDS["a password typed wrongly"], stack.password):
        page = session.get(f"{stack.url}/accounts/login/").text
        form = {"username": "lee", "password": password, "csrfmiddlewaretoken": token_in(page)}
        session.post(f"{stack.url}/accounts/login/", data=form)
    [(case,)] = stack.rows("SELECT case_id FROM calls_call WHERE contact_id = 'canary-dropped'")
    for path in ("/", f"/cases/{case}/", "/calls/acme/canary-dropped/", f"/calls/{NUMBER}/", f"/?q={NUMBER}"):
        assert session.get(f"{stack.url}{path}").status_code in (200, 403, 404)
    page = session.get(f"{stack.url}/cases/{case}/").text
    shown = session.post(f"{stack.url}/cases/{case}/reveal/", data={"csrfmiddlewaretoken": token_in(page)})
    assert "0187" in shown.text
    return session


def salesforce_is_hostile(stack: Stack, salesforce: Canned) -> None:
    """Whatever the org answers: with our secrets, with the caller's number in another notation, as another's page."""
    quoted = (
        f"{WORDS['a field that Salesforce quotes']}: (202) 555-0187 is not a number of {SECRET_ENV['SF_CLIENT_SECRET']}"
    )
    error = json.dumps([{"errorCode": "FIELD_INTEGRITY_EXCEPTION", "message": quoted}])
    digits = json.dumps([{"errorCode": NUMBER.lstrip("+"), "message": quoted}])
    oauth = json.dumps({"error": "invalid_client", "error_description": quoted})
    answers = (
        {"status": 400, "body": error},
        {"status": 400, "body": digits},
        {"status": 503, "body": f"<h1>{WORDS['a page of a proxy']}</h1>"},
        {"status": 200, "body": f"{WORDS['a page of a proxy']}"},
        {"status": 302, "body": "", "headers": {"Location": f"https://localhost:1/?to={NUMBER}"}},
        {"token_status": 400, "token_body": oauth},
    )
    for answer in answers:
        for name, value in {"status": 200, "body": "[]", "headers": {}, "token_status": 200, **answer}.items():
            setattr(salesforce, name, value)
        before = len(salesforce.requests)
        # Another name of the client makes it sign in anew; pending again, and due.
        run(
            stack,
            "UPDATE calls_salesforceorg SET login_url = %s, client_id = %s, retry_at = NULL, tries = 0, trouble = ''",
            salesforce.url,
            f"client {before}",
        )
        run(stack, "UPDATE calls_case SET mirror = 'pending', mirror_at = now(), version = version + 1")
        until(lambda: stack.rows("SELECT 1 FROM calls_salesforceorg WHERE trouble <> ''"), f"trouble from {answer}")


def the_database_quotes_rows(stack: Stack) -> None:
    """An error of which nobody knows what it means: the reader fails, and says so with a traceback."""
    run(
        stack,
        """
        CREATE FUNCTION quotes() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'canaryrow % %', NEW.caller_address, NEW.record; END $$;
        CREATE TRIGGER quotes BEFORE INSERT ON calls_call FOR EACH ROW EXECUTE FUNCTION quotes()
        """,
    )
    stack.put(CONTACT_RECORDS, dropped("canary-row", NUMBER))
    until(lambda: "P0001" in stack.log("readers").read_text(), "the reader fails and tells the code")
    run(stack, "DROP TRIGGER quotes ON calls_call")
    until(lambda: stack.rows("SELECT 1 FROM calls_call WHERE contact_id = 'canary-row'"), "the record after all")


def pages_fail(stack: Stack, session: requests.Session) -> None:
    run(stack, "ALTER TABLE calls_case RENAME TO calls_away")
    try:
        assert session.get(f"{stack.url}/cases/").status_code == 500
    finally:
        run(stack, "ALTER TABLE calls_away RENAME TO calls_case")
    page = requests.get(f"{stack.url}/accounts/login/", timeout=30)
    form = {"username": "lee", "password": stack.password, "csrfmiddlewaretoken": token_in(page.text)}
    run(stack, "ALTER TABLE calls_person RENAME TO calls_away")
    try:
        answer = requests.post(f"{stack.url}/accounts/login/", data=form, cookies=page.cookies, timeout=30)
        assert answer.status_code == 500
    finally:
        run(stack, "ALTER TABLE calls_away RENAME TO calls_person")


def kinesis_refuses(stack: Stack) -> None:
    for error in ("AccessDeniedException", "ExpiredIteratorException", "InternalFailure"):
        fault = {"operation": "GetRecords", "error": error, "times": 3}
        stack.http.post(f"{stack.env['AWS_ENDPOINT_URL_KINESIS']}/_stand_in/fault", json=fault).raise_for_status()
    until(lambda: "AccessDeniedException" in stack.log("readers").read_text(), "the refusal is told")


def run(stack: Stack, statement: str, *values: object) -> None:
    with psycopg.connect(stack.database_url, autocommit=True) as connection:
        connection.execute(statement.encode(), values or None)


def token_in(page: str) -> str:
    found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
    assert found
    return found[1]


def healthz(stack: Stack) -> requests.Response:
    return stack.http.get(f"{stack.url}/healthz")


def metrics(stack: Stack) -> requests.Response:
    answer = stack.http.get(f"{stack.url}/metrics", headers={"Authorization": f"Bearer {SECRET_ENV['METRICS_TOKEN']}"})
    answer.raise_for_status()
    return answer


def what_redis_holds(stack: Stack) -> Iterator[object]:
    with redis.Redis.from_url(stack.redis.url) as client:
        for key in client.scan_iter():
            yield key, client.dump(key)


def files(stack: Stack) -> dict[str, str]:
    """All that processes wrote: their logs, var, Redis' own files, and the log of the PostgreSQL that served.

    But for certificates, and for what the stand-in for Salesforce keeps: that was to be told.
    """
    kept = {"ca.pem", "server.pem", "cases.json"}
    paths = [path for path in stack.folder.rglob("*") if path.is_file() and path.name not in kept]
    paths += [Path(os.environ["RINGBACK_VAR"]) / "postgres.log"]
    assert {"web.log", "readers.log", "worker.log", "beat.log", "postgres.log"} <= {path.name for path in paths}
    return {str(path): path.read_bytes().decode(errors="replace") for path in paths}


def with_base64(text: str) -> str:
    """Celery's messages are wrapped in it."""
    inner = [base64.b64decode(run[: len(run) // 4 * 4]) for run in re.findall(r"[A-Za-z0-9+/]{16,}", text)]
    return "\n".join([text, *(each.decode(errors="replace") for each in inner)])


def secrets_of(stack: Stack) -> dict[str, str]:
    password = urlsplit(stack.database_url).password
    assert password
    return {
        "the password of PostgreSQL": unquote(password),
        "the password of a person": stack.password,
    }


def found_in(written: dict[str, str], secrets: dict[str, str]) -> list[str]:
    """Which canary sings where. Words by their first one, which nothing else holds; numbers in any notation."""
    songs = {name: re.escape(words.split()[0]) for name, words in secrets.items()}
    for number in (NUMBER, OTHER_NUMBER):
        songs[number] = BETWEEN.join(number.lstrip("+")[-9:])
    return [
        f"{name} in {place}: {text[max(0, at.start() - 150) : at.end() + 50]}"
        for place, text in written.items()
        for name, song in songs.items()
        for at in list(re.finditer(song, text))[:1]
    ]


def test_a_canary_that_sings_is_heard() -> None:
    written = {"log": "x canaryvoice y", "redis": "(020) 555-0187 and 202.555.0187", "broker": "+44 20 7946 0123"}
    heard = found_in(written, {"a voice turn": WORDS["a voice turn"], "another": "silent"})
    assert [each.partition(":")[0] for each in heard] == [
        "a voice turn in log", f"{NUMBER} in redis", f"{OTHER_NUMBER} in broker",
    ]  # fmt: skip
