import redis
from django.conf import settings

PATIENCE_S = 2
KEY, KEPT_S = "ringback-asked", 60


def broker_answers() -> bool:
    """Whether a worker could be told something now.

    A ping is not enough: a Redis that is full, a replica, or one that cannot save refuses what is written. An old
    connection is not enough either: one with too many clients refuses new ones.
    """
    try:
        with redis.Redis.from_url(
            settings.REDIS_URL, socket_timeout=PATIENCE_S, socket_connect_timeout=PATIENCE_S, retry=None
        ) as client:
            client.set(KEY, 1, ex=KEPT_S)
    except (redis.RedisError, OSError):
        return False
    return True
