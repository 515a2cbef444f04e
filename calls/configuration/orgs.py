from collections.abc import Mapping

from calls.configuration.changes import bring
from calls.configuration.file import SalesforcePart
from calls.configuration.secrets_named import secrets_named
from calls.models import SalesforceOrg

SECRETS = ("client_secret", "password", "private_key")


def bring_org(part: SalesforcePart, at: str, environ: Mapping[str, str]) -> list[str]:
    org = SalesforceOrg.objects.filter(name=part.name).first() or SalesforceOrg(name=part.name)
    values = part.given("login_url", "lightning_url", "flow", "client_id", "username", "api_version")
    return bring(org, values | secrets_named(part, SECRETS, at, environ), what=f"salesforce {part.name}", at=at)
