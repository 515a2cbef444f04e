"""What tests of alerts share: rules, calls in progress, and the sweep."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from calls.models import Alert, AlertRule, Call, Team
from calls.sweeps import sweep_alerts
from tests.calls.world import World
from tests.transcripts.test_intake import final, lens

__all__ = ["alerts", "final", "lens", "live", "rule", "say", "seconds_ago", "sweep_alerts", "team"]


def seconds_ago(seconds: float) -> datetime:
    return datetime.now(UTC) - timedelta(seconds=seconds)


def rule(world: World, kind: str, **more: Any) -> AlertRule:
    name = more.pop("name", f"rule {AlertRule.objects.count()}")
    return AlertRule.objects.create(instance=world.instance, kind=kind, name=name, **more)


def team(world: World, name: str = "Billing", **sees: Any) -> Team:
    return Team.objects.create(instance=world.instance, name=name, **{"queues": [name], **sees})


def live(world: World, contact_id: str = "c1", **more: Any) -> Call:
    """Talks with an agent of Billing, since a minute. Moments may be told as seconds before now."""
    told: dict[str, Any] = {
        "root_contact_id": contact_id,
        "is_live": True,
        "channel": "VOICE",
        "initiation_method": "INBOUND",
        "stage": "talking",
        "stage_since": 60,
        "began_at": 60,
        "last_heard_at": 1,
        "queue_name": "Billing",
        "queue_arn": f"{world.instance.arn}/queue/billing",
        **more,
    }
    moments = {name for name, value in told.items() if name.endswith(("_at", "_since")) and isinstance(value, int)}
    told |= {name: seconds_ago(told[name]) for name in moments}
    return Call.objects.create(instance=world.instance, contact_id=contact_id, **told)


def say(world: World, *sentiments: str, contact: str = "c1", begin: int = 1) -> None:
    """Turns of the customer, each in a record of its own."""
    for n, sentiment in enumerate(sentiments, begin):
        turn = final(f"turn {n}", n * 2000, f"t{n}", sentiment)
        assert world.bring(lens("SEGMENTS", contact, turn), stream=world.lens) == 0


def alerts(**of: Any) -> list[tuple[str, Any]]:
    """Those that are new: the kind of each, and its detail."""
    return list(Alert.objects.unseen().filter(**of).order_by("pk").values_list("kind", "detail"))
