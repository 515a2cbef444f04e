"""Several threads that do the same at the same moment, each with a database connection of its own."""

import threading
from collections.abc import Callable

from django.db import connection


def at_once(threads: int, do: Callable[[], object]) -> list[Exception]:
    """What went wrong in them."""
    trouble: list[Exception] = []
    together = threading.Barrier(threads)

    def run() -> None:
        try:
            together.wait()
            do()
        except Exception as error:
            trouble.append(error)
        finally:
            connection.close()

    running = [threading.Thread(target=run) for _ in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    return trouble
