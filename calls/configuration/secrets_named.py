from collections.abc import Iterable, Mapping

from calls.configuration.errors import ConfigurationError
from calls.configuration.file import Part


def secrets_named(part: Part, names: Iterable[str], at: str, environ: Mapping[str, str]) -> dict[str, str]:
    """The values of the environment variables that the keys `NAME_env` name; raises ConfigurationError."""
    found = {}
    for key, variable in part.given(*(f"{name}_env" for name in names)).items():
        if not environ.get(variable):
            raise ConfigurationError(f"{at}.{key}", f"the environment variable {variable} is not set")
        found[key.removesuffix("_env")] = environ[variable]
    return found
