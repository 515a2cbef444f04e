"""Access tokens of Salesforce, fetched by ourselves: simple-salesforce would send every grant to salesforce.com."""

import re
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import jwt
import requests
import urllib3

from calls.salesforce.errors import SalesforceError, from_oauth

SALESFORCE_DOMAINS = (".salesforce.com", ".force.com")
JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
# requests and what lies under it raise all of these: a missing CA file is an OSError, an empty body a ValueError,
# a number where an object should be a TypeError inside simple-salesforce.
TRANSPORT = (OSError, ValueError, TypeError, RecursionError, urllib3.exceptions.HTTPError)


@dataclass(frozen=True)
class Login:
    """How to sign in to one org. `flow`: client-credentials, jwt-bearer or password."""

    login_url: str
    flow: str
    client_id: str
    client_secret: str = field(default="", repr=False)
    username: str = ""
    password: str = field(default="", repr=False)
    private_key: str = field(default="", repr=False)
    api_version: str = "60.0"


@dataclass(frozen=True)
class Token:
    access_token: str = field(repr=False)
    instance_url: str


def fetch_token(session: requests.Session, login: Login) -> Token:
    """Raises SalesforceError; a refused grant is permanent, because a repeated wrong password locks its user out."""
    url = f"{_origin(login.login_url)}/services/oauth2/token"
    form = _grant(login)
    try:
        answer = session.post(url, data=form, headers={"Accept": "application/json"})
    except TRANSPORT as error:
        raise transport_error(error) from None
    try:
        body = answer.json()
    except (ValueError, RecursionError):
        body = None
    if answer.status_code != 200:
        raise from_oauth(answer.status_code, body, [login.client_secret, login.password, form.get("assertion", "")])
    return _token(body, login)


def transport_error(error: Exception) -> SalesforceError:
    """Always transient. The error's own text stays behind: it quotes URLs, and headers with the token in them."""
    if isinstance(error, requests.exceptions.SSLError):
        return SalesforceError("TLS", "The certificate of Salesforce could not be verified")
    if isinstance(error, requests.exceptions.Timeout):
        return SalesforceError("TIMEOUT", "Salesforce did not answer in time")
    if isinstance(error, requests.exceptions.JSONDecodeError | TypeError | RecursionError):
        return SalesforceError("INVALID_ANSWER", "The answer is not the JSON that was asked for")
    return SalesforceError("UNREACHABLE", "Salesforce could not be reached")


def _grant(login: Login) -> dict[str, str]:
    match login.flow:
        case "client-credentials":
            return {
                "grant_type": "client_credentials",
                "client_id": login.client_id,
                "client_secret": login.client_secret,
            }
        case "password":
            return {
                "grant_type": "password",
                "client_id": login.client_id,
                "client_secret": login.client_secret,
                "username": login.username,
                "password": login.password,
            }
        case "jwt-bearer":
            return {"grant_type": JWT_BEARER, "assertion": _assertion(login)}
        case _:
            raise SalesforceError("UNKNOWN_FLOW", "Choose client-credentials, jwt-bearer or password", permanent=True)


def _assertion(login: Login) -> str:
    claims = {
        "iss": login.client_id,
        "sub": login.username,
        "aud": audience(login.login_url),
        "exp": int(time.time()) + 180,
    }
    try:
        return jwt.encode(claims, login.private_key, "RS256")
    except (jwt.PyJWTError, ValueError, TypeError):
        raise SalesforceError("INVALID_KEY", "The private key is not an RSA key in PEM", permanent=True) from None


def audience(login_url: str) -> str:
    """Salesforce wants the name of its login service, not of the org's own domain."""
    host = urlsplit(login_url).hostname or ""
    if host == "test.salesforce.com" or host.endswith(".sandbox.my.salesforce.com"):
        return "https://test.salesforce.com"
    return "https://login.salesforce.com" if host.endswith(".salesforce.com") else _origin(login_url)


def _token(body: Any, login: Login) -> Token:
    access_token = body.get("access_token") if isinstance(body, dict) else None
    instance_url = body.get("instance_url") if isinstance(body, dict) else None
    if not (isinstance(access_token, str) and re.fullmatch(r"[!-~]+", access_token) and isinstance(instance_url, str)):
        raise SalesforceError("INVALID_ANSWER", "The token endpoint answered without a token")
    # The token goes wherever instance_url says: a foreign address here would be handed the whole org.
    if not _is_of_salesforce(instance_url, login.login_url):
        raise SalesforceError("INVALID_INSTANCE_URL", "The token is for an address outside Salesforce", permanent=True)
    return Token(access_token, _origin(instance_url))


def _is_of_salesforce(instance_url: str, login_url: str) -> bool:
    try:
        origin = _origin(instance_url)
    except SalesforceError:
        return False
    host, port = urlsplit(origin).hostname or "", urlsplit(origin).port
    return origin == _origin(login_url) or (host.endswith(SALESFORCE_DOMAINS) and port is None)


def _origin(url: str) -> str:
    """`https://host[:port]`, in lower case and without port 443; anything more than that is refused."""
    match = re.fullmatch(r"https://([a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)(?::(\d{1,5}))?/?", url.strip().lower())
    if not match or int(match[2] or 443) > 65535:
        raise SalesforceError("INVALID_URL", "The address must be https:// and a host name", permanent=True)
    port = int(match[2] or 443)
    return f"https://{match[1]}" if port == 443 else f"https://{match[1]}:{port}"
