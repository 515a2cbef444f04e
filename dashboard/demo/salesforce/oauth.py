"""The token endpoint: three grants, and refusals worded as an object, not as the array of the REST API."""

import base64
import binascii
import secrets
import time
from dataclasses import dataclass
from typing import Any

import jwt
from aiohttp import web

from dashboard.demo.salesforce.org import Org

JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"


@dataclass
class GrantError(Exception):
    code: str
    description: str


@dataclass(frozen=True)
class OAuth:
    """Any client may sign in, unless a secret or a public key (PEM) to check it by is given."""

    org: Org
    client_secret: str = ""
    jwt_public_key: str = ""

    async def token(self, request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()} | _basic(request)
        try:
            self._check(form)
        except GrantError as error:
            return web.json_response({"error": error.code, "error_description": error.description}, status=400)
        self.org.logins += 1
        access_token = f"00DRB0000000001!{secrets.token_urlsafe(48)}"
        self.org.tokens.add(access_token)
        return web.json_response(_answer(access_token, f"https://{request.host}"))

    def _check(self, form: dict[str, str]) -> None:
        match form.get("grant_type"):
            case "client_credentials":
                self._check_client(form)
            case "password":
                self._check_client(form)
                if not (form.get("username") and form.get("password")):
                    raise GrantError("invalid_grant", "authentication failure")
            case grant if grant == JWT_BEARER:
                self._check_assertion(form.get("assertion", ""))
            case _:
                raise GrantError("unsupported_grant_type", "grant type not supported")

    def _check_client(self, form: dict[str, str]) -> None:
        if not form.get("client_id"):
            raise GrantError("invalid_client_id", "client identifier invalid")
        sent = form.get("client_secret", "")
        if not sent or (self.client_secret and not secrets.compare_digest(sent.encode(), self.client_secret.encode())):
            raise GrantError("invalid_client", "invalid client credentials")

    def _check_assertion(self, assertion: str) -> None:
        try:
            claims: dict[str, Any] = jwt.decode(
                assertion,
                self.jwt_public_key,
                algorithms=["RS256"],
                options={
                    "verify_signature": bool(self.jwt_public_key),
                    "verify_exp": True,
                    "verify_aud": False,
                    "require": ["iss", "sub", "aud", "exp"],
                },
            )
        except jwt.PyJWTError:
            raise GrantError("invalid_grant", "invalid assertion") from None
        if not (claims["iss"] and claims["sub"]) or claims["exp"] > time.time() + 300:
            raise GrantError("invalid_grant", "invalid assertion")


def _basic(request: web.Request) -> dict[str, str]:
    scheme, _, encoded = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return {}
    try:
        client_id, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return {}
    return {"client_id": client_id, "client_secret": secret}


def _answer(access_token: str, instance_url: str) -> dict[str, str]:
    return {
        "access_token": access_token,
        "instance_url": instance_url,
        "id": f"{instance_url}/id/00DRB0000000001AAA/005RB0000000001AAA",
        "token_type": "Bearer",
        "scope": "api",
        "issued_at": str(time.time_ns() // 1_000_000),
        "signature": secrets.token_urlsafe(32),
    }
