from datetime import datetime
from typing import Any

import pytest

from calls.stages.facts import AtAgent, Facts, NextLeg
from calls.stages.stage import stage_of
from tests.calls.stages.events import BOB, CHARLIE, at

NEXT = NextLeg("c2", "TRANSFER", at(50))


def has(state: str, since: float, seen: float | None = None, left: float | None = None) -> AtAgent:
    return AtAgent(state, at(since), at(since if seen is None else seen), None if left is None else at(left))


def standing(
    facts: Facts, *, words: float | None = None, over: float | None = None
) -> tuple[str, datetime | None, str]:
    moments: dict[str, Any] = {"words_at": words, "words_over_at": over, "heard_at": 1}
    found = stage_of(facts, **{name: second if second is None else at(second) for name, second in moments.items()})
    return found.stage, found.since, found.source


QUEUED: dict[str, Any] = {"initiated_at": at(0), "enqueued_at": at(10)}
TALKS = {**QUEUED, "connected_at": at(25), "agent_arn": BOB}
OVER = {**TALKS, "disconnected_at": at(60)}


@pytest.mark.parametrize(
    ("facts", "words", "over", "stage", "since", "source"),
    [
        # Nothing but that it is there.
        (Facts(), None, None, "flow", 1, "contact-lens"),
        (Facts(initiated_at=at(0)), None, None, "flow", 0, "contact-events"),
        (Facts(**QUEUED), None, None, "waiting", 10, "contact-events"),
        (Facts(enqueued_at=at(10), agents={BOB: has("MISSED", 20)}), None, None, "waiting", 10, "agent-events"),
        (Facts(**QUEUED, agents={BOB: has("INCOMING", 20)}), None, None, "ringing", 20, "agent-events"),
        # Rung in vain, and gone from there: it waits again.
        (Facts(**QUEUED, agents={BOB: has("INCOMING", 20, left=30)}), None, None, "waiting", 10, "contact-events"),
        (Facts(**QUEUED, agents={BOB: has("REJECTED", 22)}), None, None, "waiting", 10, "contact-events"),
        (Facts(**TALKS), None, None, "talking", 25, "contact-events"),
        # It has talked, whatever became of the agent's state since; and ends when the agent has it no more.
        (Facts(**QUEUED, agents={BOB: has("ERROR", 40)}, off_hold=[at(25)]), None, None, "talking", 25, "agent-events"),
        (Facts(**QUEUED, agents={BOB: has("REJECTED", 40, left=50)}, off_hold=[at(25)]), None, None, "ended", 50,
         "agent-events"),
        (Facts(**QUEUED, agents={BOB: has("REJECTED", 20), CHARLIE: has("CONNECTED", 25, left=50)}, off_hold=[at(25)]),
         None, None, "ended", 50, "agent-events"),
        (Facts(agents={BOB: has("CONNECTED", 26)}, off_hold=[at(26)]), None, None, "talking", 26, "agent-events"),
        # Since the connection, and not since the hold.
        (Facts(agents={BOB: has("CONNECTED", 50)}, off_hold=[at(26), at(50)]), None, None, "talking", 26,
         "agent-events"),
        (Facts(**QUEUED), 30, None, "talking", 30, "contact-lens"),
        (Facts(**TALKS, agents={BOB: has("CONNECTED_ONHOLD", 40)}), 30, None, "hold", 40, "agent-events"),
        (Facts(**TALKS, paused_at=at(40)), None, None, "hold", 40, "contact-events"),
        (Facts(**TALKS, paused_at=at(40), resumed_at=at(45)), None, None, "talking", 25, "contact-events"),
        (Facts(**QUEUED, paused_at=at(15)), None, None, "waiting", 10, "contact-events"),
        # It ends.
        (Facts(**OVER), None, None, "ended", 60, "contact-events"),
        (Facts(**QUEUED, disconnected_at=at(30)), None, None, "ended", 30, "contact-events"),
        (Facts(**OVER, acw_at=at(60)), None, None, "wrap-up", 60, "contact-events"),
        (Facts(**OVER, acw_at=at(60), completed_at=at(80)), None, None, "ended", 60, "contact-events"),
        (Facts(**TALKS, agents={BOB: has("ENDED", 61)}), None, None, "wrap-up", 61, "agent-events"),
        (Facts(**OVER, agents={BOB: has("ENDED", 60)}), None, None, "wrap-up", 60, "contact-events"),
        (Facts(**OVER, agents={BOB: has("ENDED", 60, left=80)}, acw_at=at(60)), None, None, "ended", 60,
         "contact-events"),
        (Facts(**TALKS, agents={BOB: has("CONNECTED", 25, left=70)}), None, None, "ended", 70, "agent-events"),
        (Facts(**TALKS, agents={BOB: has("ENDED", 60), CHARLIE: has("CONNECTED", 50)}), None, None, "talking", 25,
         "contact-events"),
        (Facts(**QUEUED), 30, 65, "ended", 65, "contact-lens"),
        # Contact Lens has ended, perhaps failed: the call has not, as events say.
        (Facts(**TALKS), 30, 65, "talking", 25, "contact-events"),
        (Facts(**QUEUED, agents={BOB: has("CONNECTED", 25)}), 30, 65, "talking", 25, "agent-events"),
        (Facts(**QUEUED, agents={BOB: has("CONNECTED_ONHOLD", 40)}), 30, 65, "hold", 40, "agent-events"),
        (Facts(**QUEUED, agents={BOB: has("CONNECTED", 25, left=64)}), 30, 65, "ended", 64, "agent-events"),
        # Another leg went on with it.
        (Facts(**OVER, next=NEXT), None, None, "passed-on", 60, "contact-events"),
        (Facts(**TALKS, next=NEXT), None, None, "talking", 25, "contact-events"),
        (Facts(**QUEUED, next=NEXT), 30, 65, "passed-on", 65, "contact-lens"),
    ],
)  # fmt: skip
def test_where_a_call_is_by_all_that_is_known(
    facts: Facts, words: float | None, over: float | None, stage: str, since: float, source: str
) -> None:
    assert standing(facts, words=words, over=over) == (stage, at(since), source)


def test_who_has_a_call_or_had_it_last_or_is_rung() -> None:
    def who(**facts: Any) -> str:
        return stage_of(Facts(**facts), words_at=None, words_over_at=None, heard_at=at(0)).agent_arn

    assert who() == who(agents={BOB: has("MISSED", 20)}) == ""
    assert who(agents={BOB: has("INCOMING", 20, left=30), CHARLIE: has("INCOMING", 31)}) == CHARLIE
    assert who(**TALKS, agents={CHARLIE: has("INCOMING", 31)}) == BOB
    assert who(**TALKS, agents={CHARLIE: has("CONNECTED", 31)}) == CHARLIE
    assert who(agents={BOB: has("ENDED", 60, left=70)}) == BOB
