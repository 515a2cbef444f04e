from __future__ import annotations

from collections.abc import Callable

import pytest

from calls.models import Call, Instance, Stage
from tests.calls.connect_api import Connect
from tests.calls.world import World

Ring = Callable[..., Call]


@pytest.fixture
def asking(world: World, connect: Connect) -> World:
    """The world, with the right to ask as often as anybody wants."""
    Instance.objects.update(describe_contacts=True, describe_per_s=50)
    world.instance.refresh_from_db()
    return world


@pytest.fixture
def ring(asking: World, connect: Connect) -> Ring:
    """A call in progress that the live streams have told of, and whose number Amazon Connect knows."""

    def made(contact_id: str = "c1", stage: Stage = Stage.WAITING, caller: str | None = None, **more: object) -> Call:
        values = {"channel": "VOICE", "is_live": True, "stage": stage, "root_contact_id": contact_id, **more}
        if caller:
            connect.knows(contact_id, caller)
        return Call.objects.create(instance=asking.instance, contact_id=contact_id, **values)

    return made
