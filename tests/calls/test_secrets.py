import io

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import connection
from pytest_django import Settings

from calls.models import SalesforceOrg

SECRET = "a secret of Salesforce"
OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


@pytest.fixture
def org(db: None, settings: Settings) -> SalesforceOrg:
    settings.SECRETS_KEYS = [OLD]
    return SalesforceOrg.objects.create(name="main", client_secret=SECRET, password="and a password")


def stored(name: str = "client_secret") -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {name} FROM calls_salesforceorg")  # noqa: S608
        return str(cursor.fetchone()[0])


def rotate() -> str:
    out = io.StringIO()
    call_command("rotate_secrets", stdout=out)
    return out.getvalue()


def test_a_secret_is_stored_encrypted_and_read_plain(org: SalesforceOrg) -> None:
    assert SECRET not in stored()
    assert Fernet(OLD).decrypt(stored()).decode() == SECRET
    assert SalesforceOrg.objects.get().client_secret == SECRET


def test_an_empty_secret_stays_empty(org: SalesforceOrg) -> None:
    assert stored("private_key") == ""
    assert SalesforceOrg.objects.get().private_key == ""


def test_a_secret_cannot_be_searched_for(org: SalesforceOrg) -> None:
    assert not SalesforceOrg.objects.filter(client_secret=SECRET).exists()


def test_after_a_new_key_old_secrets_are_still_read(org: SalesforceOrg, settings: Settings) -> None:
    settings.SECRETS_KEYS = [NEW, OLD]
    assert SalesforceOrg.objects.get().client_secret == SECRET


def test_rotated_secrets_need_the_new_key_only(org: SalesforceOrg, settings: Settings) -> None:
    settings.SECRETS_KEYS = [NEW, OLD]
    assert rotate() == "2 secrets encrypted with the first key\n"
    assert Fernet(NEW).decrypt(stored()).decode() == SECRET
    settings.SECRETS_KEYS = [NEW]
    assert SalesforceOrg.objects.get().password == "and a password"


def test_a_secret_of_a_lost_key_is_said_so_without_showing_it(org: SalesforceOrg, settings: Settings) -> None:
    settings.SECRETS_KEYS = [NEW]
    with pytest.raises(ImproperlyConfigured, match="a key that RINGBACK_SECRETS_KEYS does not hold") as refused:
        SalesforceOrg.objects.get()
    assert stored() not in str(refused.value)


def test_rotating_without_the_old_key_changes_nothing(org: SalesforceOrg, settings: Settings) -> None:
    settings.SECRETS_KEYS = [OLD]
    before = stored()
    settings.SECRETS_KEYS = [NEW]
    with pytest.raises(CommandError, match="Nothing was changed"):
        rotate()
    assert stored() == before


def test_rotating_leaves_everything_else_as_it_was(org: SalesforceOrg, settings: Settings) -> None:
    SalesforceOrg.objects.update(trouble="The org is down", tries=3)
    settings.SECRETS_KEYS = [NEW, OLD]
    rotate()
    assert SalesforceOrg.objects.filter(trouble="The org is down", tries=3).exists()
