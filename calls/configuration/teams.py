from collections.abc import Mapping

from msgspec import UNSET

from calls.configuration.alerts import bring_channels
from calls.configuration.changes import bring, difference, named
from calls.configuration.file import TeamPart
from calls.models import Instance, Person, Team


def bring_team(part: TeamPart, at: str, environ: Mapping[str, str]) -> list[str]:
    what = f"team {part.name}"
    team = Team.objects.filter(name=part.name).first() or Team(name=part.name)
    values = part.given("all_queues", "queues", "numbers", "agents")
    if part.instance is not UNSET:
        values["instance"] = named(Instance, "alias", part.instance, f"{at}.instance")
    lines = bring(team, values, what=what, at=at)
    if part.members is not UNSET:
        people = [named(Person, "username", name, f"{at}.members[{n}]") for n, name in enumerate(part.members)]
        before = team.members.values_list("username", flat=True)
        lines += [f"{what}: {words}" for words in difference("member", before, part.members)]
        team.members.set(people)
    return lines + bring_channels(team, part, at, environ)
