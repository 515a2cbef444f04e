"""What most records bring, in one step: a new turn that neither a card number nor anything that is known concerns.

Whatever is not sure to be such goes the long way, which would make the same row of this.
"""

from __future__ import annotations

from typing import Any

import msgspec

from transcripts.digits import is_of_interest
from transcripts.hearing import HeardCall
from transcripts.lens.items import Transcript, Utterance

Plain = Utterance | Transcript
Row = tuple[Any, ...]  # in the order of the columns of `transcripts.store`


def plain_item(call: HeardCall) -> Plain | None:
    """The one item that came of a call, if nothing of it is to be looked at but what the table holds beside it."""
    if not call.only_speaks or len(call.items) != 1:
        return None
    item = call.items[0]
    if isinstance(item, Utterance) or (isinstance(item, Transcript) and not item.issues):
        return None if is_of_interest(item.text) else item
    return None


def plain_row(call: HeardCall, item: Plain) -> Row:
    speaker = item.speaker
    if isinstance(item, Utterance):
        pieces = msgspec.json.encode({item.id: (item.text, item.begin_ms, item.end_ms, item.sentiment)}).decode()
        return (
            call.filed_on, call.pk, call.number, item.turn_id, "turn", speaker.role, speaker.participant_id,
            "", item.text, pieces, True, item.begin_ms, item.end_ms, None,
            item.sentiment, "[]", False, False,
        )  # fmt: skip
    return (
        call.filed_on, call.pk, call.number, item.id, "turn", speaker.role, speaker.participant_id,
        speaker.display_name, item.text, "{}", False, item.begin_ms, item.end_ms, item.said_at,
        item.sentiment, "[]", item.is_redacted, False,
    )  # fmt: skip
