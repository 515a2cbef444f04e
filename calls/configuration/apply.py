from collections.abc import Mapping

from django.db import connection, transaction

from calls.configuration.alerts import bring_alerting
from calls.configuration.instances import bring_instance
from calls.configuration.orgs import bring_org
from calls.configuration.people import bring_person
from calls.configuration.reading import read
from calls.configuration.teams import bring_team


def configure(text: str, environ: Mapping[str, str]) -> list[str]:
    """Brings the database to what a TOML text says, all or nothing; the lines say what changed.

    Raises ConfigurationError. What the text names it owns; what it leaves out stays as it is.
    """
    file = read(text)
    lines: list[str] = []
    with transaction.atomic():
        _wait_for_others()
        for n, org in enumerate(file.salesforce):
            lines += bring_org(org, f"salesforce[{n}]", environ)
        for n, instance in enumerate(file.instance):
            lines += bring_instance(instance, f"instance[{n}]")
        for n, person in enumerate(file.person):
            lines += bring_person(person, f"person[{n}]")
        for n, team in enumerate(file.team):
            lines += bring_team(team, f"team[{n}]", environ)
        for n, instance in enumerate(file.instance):
            lines += bring_alerting(instance, f"instance[{n}]")
    return lines


def _wait_for_others() -> None:
    # Two at once would make the same things twice, and the later one fail.
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('ringback configure'))")
