"""What was written since: the same statement for one row and for a hundred."""

from typing import NamedTuple

from django.db import connection

# What a row looks like, and who sees it, hangs on its neighbours too: a call on its case (whose owner sees it), an
# alert on its call, a case on its calls. A call in progress also tells what ended calls taught: how often its caller
# was dropped, the caller's name, and attributes of an earlier leg. Each transaction is told: an earlier one may commit
# after a later one.
CHANGED = """
WITH written_case AS (
    SELECT id, changed_xid AS xid FROM calls_case WHERE changed_xid >= %(since)s::xid8
), written_call AS (
    SELECT id, case_id, caller_id, instance_id, root_contact_id, is_live, changed_xid AS xid FROM calls_call
    WHERE changed_xid::text::bigint >= %(since)s::bigint
), call AS (
    SELECT id, xid FROM written_call
    UNION SELECT calls_call.id, xid FROM calls_call JOIN written_case ON case_id = written_case.id
)
SELECT 'call', id, xid::text::bigint FROM call
UNION SELECT 'call', calls_call.id, xid::text::bigint
    FROM calls_call JOIN written_call ON calls_call.caller_id = written_call.caller_id AND NOT written_call.is_live
    WHERE calls_call.is_live
UNION SELECT 'call', calls_call.id, xid::text::bigint
    FROM calls_call JOIN written_call USING (instance_id, root_contact_id)
    WHERE calls_call.is_live AND NOT written_call.is_live
UNION SELECT 'case', id, xid::text::bigint FROM written_case
UNION SELECT 'case', case_id, xid::text::bigint FROM written_call WHERE case_id IS NOT NULL
UNION SELECT 'alert', id, changed_xid::text::bigint FROM calls_alert WHERE changed_xid >= %(since)s::xid8
UNION SELECT 'alert', calls_alert.id, xid::text::bigint FROM calls_alert JOIN call ON call_id = call.id
UNION SELECT 'agent', id, changed_xid::text::bigint FROM calls_agent WHERE changed_xid >= %(since)s::xid8
"""


class Change(NamedTuple):
    kind: str  # call, case, alert or agent
    pk: int
    xid: int


def changes_since(xid: int) -> set[Change]:
    with connection.cursor() as cursor:
        cursor.execute(CHANGED, {"since": str(xid)})
        return {Change(*row) for row in cursor.fetchall()}
