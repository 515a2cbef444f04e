from functools import partial

from django.db import transaction

from calls.hints import hint


def wake_mirror(org_id: int | None) -> None:
    """After commit, at once rather than with the next sweep, which repeats a hint that is lost."""
    if org_id is not None:
        transaction.on_commit(partial(hint, "calls.tasks.mirror_cases", org_id))
