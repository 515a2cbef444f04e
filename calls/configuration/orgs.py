from collections.abc import Mapping

from calls.configuration.changes import bring
from calls.configuration.errors import ConfigurationError
from calls.configuration.file import SalesforcePart
from calls.models import SalesforceOrg

SECRETS = ("client_secret", "password", "private_key")


def bring_org(part: SalesforcePart, at: str, environ: Mapping[str, str]) -> list[str]:
    org = SalesforceOrg.objects.filter(name=part.name).first() or SalesforceOrg(name=part.name)
    values = part.given("login_url", "lightning_url", "flow", "client_id", "username", "api_version")
    return bring(org, values | _secrets(part, at, environ), what=f"salesforce {part.name}", at=at)


def _secrets(part: SalesforcePart, at: str, environ: Mapping[str, str]) -> dict[str, str]:
    found = {}
    for key, variable in part.given(*(f"{name}_env" for name in SECRETS)).items():
        if not environ.get(variable):
            raise ConfigurationError(f"{at}.{key}", f"the environment variable {variable} is not set")
        found[key.removesuffix("_env")] = environ[variable]
    return found
