"""What Contact Lens says of where a call is: `calls.stages.stage_of` in SQL, as far as words can change it.

Of the call's row c, of what was heard h (words_at, over_at, first_at) and of the conversation v. What events have told
needs not be looked at again: it is in the stage that they left.
"""

from calls.models.call import NO_CALLERS, Stage
from calls.models.stream import Stream
from calls.silence import SOURCE as SILENCE

LENS = Stream.Kind.CONTACT_LENS.value
PASSED_ON, ENDED, FLOW, TALKING = (each.value for each in (Stage.PASSED_ON, Stage.ENDED, Stage.FLOW, Stage.TALKING))

WORDS_AT = "least(c.words_at, h.words_at)"
OVER_AT = "least(c.words_over_at, h.over_at)"
HEARD_AT = "least(c.first_heard_at, h.first_at)"
# Silence is no fact: what ended by it lives again by any word.
IS_KEPT = f"""(c.record IS NOT NULL
    OR c.stage IN ('{Stage.WRAP_UP}', '{PASSED_ON}', '{ENDED}') AND c.stage_source <> '{SILENCE}')"""
IS_CONNECTED = f"(c.stage IN ('{TALKING}', '{Stage.HOLD}') AND c.stage_source <> '{LENS}')"  # as events say
IS_OVER = f"(({OVER_AT} IS NOT NULL OR coalesce(v.state, 'live') <> 'live') AND NOT {IS_CONNECTED})"
TALKS_BY_WORDS = f"({WORDS_AT} IS NOT NULL AND c.stage NOT IN ('{TALKING}', '{Stage.HOLD}'))"
IS_UNKNOWN = f"c.stage IN ('', '{ENDED}')"
HAS_CALLER = f"""(c.initiation_method <> 'MONITOR'
    AND CASE c.channel WHEN '' THEN h.channel ELSE c.channel END NOT IN {NO_CALLERS})"""


def _said_here(stage: str) -> str:
    """By Contact Lens alone: then an earlier word is the better beginning."""
    return f"(c.stage = '{stage}' AND c.stage_source = '{LENS}')"


STANDING = f"""
    words_at = {WORDS_AT},
    words_over_at = {OVER_AT},
    is_silent = false,
    is_live = NOT {IS_KEPT} AND NOT {IS_OVER} AND {HAS_CALLER},
    stage = CASE
        WHEN {IS_KEPT} THEN c.stage
        WHEN {IS_OVER} THEN CASE WHEN c.stage_facts ? 'next' THEN '{PASSED_ON}' ELSE '{ENDED}' END
        WHEN {TALKS_BY_WORDS} THEN '{TALKING}'
        WHEN {IS_UNKNOWN} THEN '{FLOW}'
        ELSE c.stage END,
    stage_source = CASE
        WHEN {IS_KEPT} THEN c.stage_source
        WHEN {IS_OVER} OR {TALKS_BY_WORDS} OR {IS_UNKNOWN} THEN '{LENS}'
        ELSE c.stage_source END,
    stage_since = CASE
        WHEN {IS_KEPT} THEN CASE
            WHEN {_said_here(ENDED)} OR {_said_here(PASSED_ON)} THEN coalesce({OVER_AT}, c.stage_since)
            ELSE c.stage_since END
        WHEN {IS_OVER} THEN {OVER_AT}
        WHEN {TALKS_BY_WORDS} OR {_said_here(TALKING)} THEN {WORDS_AT}
        WHEN {IS_UNKNOWN} OR {_said_here(FLOW)} THEN {HEARD_AT}
        ELSE c.stage_since END"""
