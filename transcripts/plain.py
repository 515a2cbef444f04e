"""What most records bring, in one step: a new turn that neither a card number nor anything that is known concerns.

Whatever is not sure to be such goes the long way, which would make the same row of this.
"""

from __future__ import annotations

from typing import Any

import msgspec

from transcripts.digits import card_spans, is_of_interest, may_go_on
from transcripts.hearing import HeardCall
from transcripts.lens.items import Transcript, Utterance
from transcripts.notes import are_settled

Plain = Utterance | Transcript
Row = tuple[Any, ...]  # in the order of the columns of `transcripts.store`


def plain_item(call: HeardCall) -> Plain | None:
    """The one item that came of a call, if nothing of it is to be looked at but what the table holds beside it."""
    event = call.came[0].value
    if len(call.came) > 1 or len(event.items) != 1 or event.event != "SEGMENTS" or not are_settled(call.stored, event):
        return None
    item = event.items[0]
    if isinstance(item, Utterance) or (isinstance(item, Transcript) and not item.issues):
        return item if _tells_no_figures(item.text) else None
    return None


def _tells_no_figures(text: str) -> bool:
    return not is_of_interest(text) or not (may_go_on(text) or card_spans(text))


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
