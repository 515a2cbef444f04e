import runpy
import stat
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured

SETTINGS = str(Path(__file__).resolve().parents[2] / "dashboard/settings.py")


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.setenv("RINGBACK_VAR", str(tmp_path / "var"))
    monkeypatch.setenv("DATABASE_URL", "postgresql://alice:hidden@db.example/ringback")
    monkeypatch.setenv("REDIS_URL", "redis://redis.example:6379/3")
    return monkeypatch


def load() -> dict[str, Any]:
    return runpy.run_path(SETTINGS)


def test_the_defaults_are_safe(environment: pytest.MonkeyPatch) -> None:
    settings = load()
    assert settings["DEBUG"] is False
    assert settings["HOST"] == "127.0.0.1"
    assert set(settings["ALLOWED_HOSTS"]) == {"127.0.0.1", "localhost", "[::1]"}
    assert settings["SESSION_COOKIE_HTTPONLY"] is True
    assert settings["SESSION_COOKIE_SAMESITE"] == "Lax"
    assert settings["PUBLIC_URL"] == "http://127.0.0.1:8000"


def test_secrets_are_made_once_and_for_their_owner_alone(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    first, second = load(), load()
    for name, file in (("SECRET_KEY", "secret_key"), ("SECRETS_KEYS", "secrets_keys")):
        assert first[name] == second[name]
        assert stat.S_IMODE((tmp_path / "var" / file).stat().st_mode) == 0o600
    assert len(first["SECRET_KEY"]) >= 50
    assert first["SECRET_KEY"] not in first["SECRETS_KEYS"]


def test_several_keys_for_stored_secrets_keep_their_order(environment: pytest.MonkeyPatch) -> None:
    keys = [Fernet.generate_key().decode() for _ in range(2)]
    environment.setenv("RINGBACK_SECRETS_KEYS", ", ".join(keys))
    assert load()["SECRETS_KEYS"] == keys


def test_an_https_address_makes_everything_secure_behind_the_proxy(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("PUBLIC_URL", "https://calls.acme.example/")
    settings = load()
    assert settings["ALLOWED_HOSTS"] == ["calls.acme.example"]
    assert settings["CSRF_TRUSTED_ORIGINS"] == ["https://calls.acme.example"]
    assert settings["SESSION_COOKIE_SECURE"] is True
    assert settings["CSRF_COOKIE_SECURE"] is True
    assert settings["SECURE_SSL_REDIRECT"] is True
    assert settings["SECURE_PROXY_SSL_HEADER"] == ("HTTP_X_FORWARDED_PROTO", "https")
    assert settings["SECURE_HSTS_SECONDS"] > 0


def test_plain_http_believes_no_header_of_a_proxy(environment: pytest.MonkeyPatch) -> None:
    assert load()["SECURE_PROXY_SSL_HEADER"] is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", None),
        ("DATABASE_URL", "mysql://alice:hidden@db.example/ringback"),
        ("DATABASE_URL", "postgresql://alice:hidden@db.example:hidden/ringback"),
        ("DATABASE_URL", "postgresql://alice:hidden@db.example"),
        ("DATABASE_URL", "hidden"),
        ("REDIS_URL", None),
        ("REDIS_URL", "http://:hidden@redis.example"),
        ("REDIS_URL", "redis://"),
        ("REDIS_URL", "redis://:hidden@redis.example:hidden"),
        ("REDIS_URL", "hidden"),
        ("METRICS_TOKEN", "hidden"),
        ("LOG_FORMAT", "hidden"),
        ("RINGBACK_SECRETS_KEYS", "hidden"),
        ("RINGBACK_SECRETS_KEYS", ","),
        ("DEBUG", "hidden"),
        ("PORT", "hidden"),
        ("PORT", "0"),
        ("PORT", "65536"),
        ("PUBLIC_URL", "calls.acme.example"),
        ("PUBLIC_URL", "ftp://calls.acme.example"),
        ("PUBLIC_URL", "https://calls.acme.example/hidden"),
        ("PUBLIC_URL", "https://alice:hidden@calls.acme.example"),
        ("PUBLIC_URL", "https://calls.acme.example:hidden"),
        ("PUBLIC_URL", "https://calls.acme.example; script-src hidden"),
        ("LEASE_S", "0"),
        ("LEASE_S", "3"),
        ("LEASE_S", "nan"),
        ("READER_SLOTS", "0"),
        ("SWEEP_S", "-1"),
        ("CONN_MAX_AGE", "-1"),
        ("STATEMENT_TIMEOUT_S", "0"),
    ],
)
def test_nonsense_is_refused_in_one_line_that_names_it_and_shows_no_value(
    environment: pytest.MonkeyPatch, name: str, value: str | None
) -> None:
    if value is None:
        environment.delenv(name)
    else:
        environment.setenv(name, value)
    with pytest.raises(ImproperlyConfigured, match=name) as refused:
        load()
    assert "hidden" not in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_folder_of_sockets_keeps_its_capital_letters(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("DATABASE_URL", "postgresql://alice:hidden@/ringback?host=/srv/Ringback")
    assert load()["DATABASES"]["default"]["HOST"] == "/srv/Ringback"


def test_options_of_the_address_stay_beside_our_time_limits(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("DATABASE_URL", "postgresql://db.example/ringback?options=-c%20work_mem%3D8MB&sslmode=require")
    environment.setenv("STATEMENT_TIMEOUT_S", "12")
    options = load()["DATABASES"]["default"]["OPTIONS"]
    assert options["options"].startswith("-c work_mem=8MB -c statement_timeout=12s ")
    assert options["sslmode"] == "require"


@pytest.mark.django_db
def test_the_database_ends_what_takes_too_long() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        for name in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"):
            cursor.execute(f"SHOW {name}")
            assert cursor.fetchone() not in (None, ("0",))


@pytest.mark.parametrize(
    ("redis_url", "broker_url"),
    [
        ("redis://redis.example:6379/3", "redis://redis.example:6379/3"),
        ("unix:///srv/Ringback/redis.sock", "redis+socket:///srv/Ringback/redis.sock?virtual_host=0"),
        ("unix:///srv/redis.sock?db=2", "redis+socket:///srv/redis.sock?virtual_host=2"),
    ],
)
def test_celery_gets_the_address_of_redis_in_its_own_spelling(
    environment: pytest.MonkeyPatch, redis_url: str, broker_url: str
) -> None:
    environment.setenv("REDIS_URL", redis_url)
    assert load()["CELERY_BROKER_URL"] == broker_url


def test_nothing_that_the_clock_sends_piles_up(environment: pytest.MonkeyPatch) -> None:
    schedule = load()["CELERY_BEAT_SCHEDULE"]
    assert schedule
    for entry in schedule.values():
        assert entry["options"]["expires"] <= entry["schedule"]
