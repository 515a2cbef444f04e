from tests.calls.connect_api import connect
from tests.calls.kinesis import stand_in
from tests.calls.world import world, world_apart

__all__ = ["connect", "stand_in", "world", "world_apart"]
