"""How a call ended: judge(record, evidence, rules), pure and table-driven."""

from calls.outcomes.evidence import Evidence, Leg
from calls.outcomes.judgement import CaseState, Judgement, judge
from calls.outcomes.legs import Legs
from calls.outcomes.names import OUTCOMES, Outcome
from calls.outcomes.rules import DEFAULT_MARKS, Hours, Mark, Preset, Rules

__all__ = [
    "DEFAULT_MARKS",
    "OUTCOMES",
    "CaseState",
    "Evidence",
    "Hours",
    "Judgement",
    "Leg",
    "Legs",
    "Mark",
    "Outcome",
    "Preset",
    "Rules",
    "judge",
]
