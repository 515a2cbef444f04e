from tests.calls.world import world, world_apart

__all__ = ["world", "world_apart"]
