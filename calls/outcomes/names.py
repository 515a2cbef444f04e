"""The outcomes by name, and what people read for each."""

from typing import Literal

from msgspec import Struct

from calls.outcomes.evidence import Evidence
from calls.stages.facts import RINGING

NOTHING_ELSE = Evidence()


class Outcome(Struct, frozen=True, kw_only=True):
    label: str
    words: str  # for lists; Outcome.sentence() adds the time when it is known
    words_if_rung: str | None = None  # when one agent's phone rang
    words_of_whom: str | None = None  # when the agents' names are known, who stand for {}
    words_of_hold: str | None = None  # when the hold's length is known, which stands for {}
    after: Literal["wait", "duration"] | None = None  # the time that the words go with
    is_drop: bool = False
    is_counted: bool = True

    def sentence(
        self, *, wait_s: float | None, duration_s: float | None, attempts: int = 0, evidence: Evidence = NOTHING_ELSE
    ) -> str:
        """What happened in one line, such as "left the queue after 2:48"."""
        if self.words_of_hold and evidence.hold_s is not None:
            return self.words_of_hold.format(clock(evidence.hold_s))
        seconds = {"wait": wait_s, "duration": duration_s, None: None}[self.after]
        words = self._words(attempts, evidence)
        return words if seconds is None else f"{words} after {clock(seconds)}"

    def _words(self, attempts: int, evidence: Evidence) -> str:
        if self.words_of_whom and evidence.rang:
            return self.words_of_whom.format(", ".join(evidence.rang))
        is_rung = attempts == 1 or evidence.agent_state in RINGING
        return self.words_if_rung if self.words_if_rung and is_rung else self.words


def clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


OUTCOMES: dict[str, Outcome] = {
    "not_a_call": Outcome(label="Not a call", words="a task or an e-mail", is_counted=False),
    "monitoring": Outcome(label="Monitoring", words="a supervisor listened in", is_counted=False),
    "after_call_flow": Outcome(label="After-call flow", words="ran on after the call", is_counted=False),
    "test_call": Outcome(label="Test call", words="a test call", is_counted=False),
    "not_reached": Outcome(label="Not reached", words="the customer was not reached"),
    "campaign_abandoned": Outcome(label="Campaign abandoned", words="answered our call and met no agent"),
    "notified": Outcome(label="Notified", words="answered our message"),
    "consult": Outcome(label="Consult", words="one agent asked another", is_counted=False),
    "line_lost": Outcome(label="Line lost", words="the line was lost", after="duration", is_drop=True),
    "left_on_hold": Outcome(
        label="Left on hold",
        words="hung up on hold",
        words_of_hold="hung up after {} on hold",
        after="duration",
        is_drop=True,
    ),
    "passed_on": Outcome(label="Passed on", words="passed on", after="duration"),
    "answered": Outcome(label="Answered", words="talked with an agent"),
    "self_served": Outcome(label="Self-served", words="served without an agent"),
    "left_voicemail": Outcome(label="Voicemail", words="left a voicemail"),
    "after_hours": Outcome(label="After hours", words="called after hours"),
    "callback_attempt": Outcome(label="Callback attempt", words="a callback that met nobody"),
    "callback_failed": Outcome(label="Callback failed", words="the last callback met nobody", is_drop=True),
    "short_abandon": Outcome(label="Short abandon", words="left the queue", after="wait"),
    "turned_away": Outcome(label="Turned away", words="we hung up on the queue", after="wait", is_drop=True),
    "missed_by_agent": Outcome(
        label="Missed by agent",
        words="rang and no agent answered",
        words_of_whom="rang {} and no agent answered",
        after="wait",
        is_drop=True,
    ),
    "abandoned": Outcome(
        label="Abandoned", words="left the queue", words_if_rung="left while ringing", after="wait", is_drop=True
    ),
    "chat_left": Outcome(label="Chat left", words="left the chat", after="duration"),
    "ended_by_flow": Outcome(label="Ended by flow", words="the flow said goodbye", after="duration"),
    "short_call": Outcome(label="Short call", words="hung up", after="duration"),
    "left_in_flow": Outcome(label="Left in flow", words="hung up in the flow", after="duration", is_drop=True),
    "dropped_in_flow": Outcome(label="Dropped in flow", words="dropped in the flow", after="duration", is_drop=True),
}
