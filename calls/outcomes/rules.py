"""What an instance calls a dropped call: its preset, its switches and its marks."""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta, Struct

from calls.connect.contact_record import ContactRecord
from calls.outcomes.names import OUTCOMES

Preset = Literal["rescue", "agent-or-bot", "every-interaction", "watch"]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Span = Annotated[int, Meta(ge=0, le=7 * 24 * 3600)]
Naming = Literal["test_call", "self_served", "left_voicemail", "after_hours", "started"]

WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d|24:00")


class Hours(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of the week by a zone's own clock. An `end` not after `start` is on the next day."""

    days: tuple[Weekday, ...] = WEEKDAYS
    start: str = "00:00"
    end: str = "24:00"
    zone: str

    def __post_init__(self) -> None:
        if not (_CLOCK.fullmatch(self.start) and _CLOCK.fullmatch(self.end)):
            raise ValueError("start and end must be HH:MM")
        try:
            ZoneInfo(self.zone)
        except (ValueError, KeyError, OSError):
            raise ValueError("zone must be a name such as Europe/Berlin") from None

    def hold_at(self, moment: datetime) -> bool:
        local = moment.astimezone(ZoneInfo(self.zone))
        clock = f"{local:%H:%M}"
        if self.start < self.end:
            return self._begin_on(local) and self.start <= clock < self.end
        yesterday = local - timedelta(days=1)
        return (self._begin_on(local) and self.start <= clock) or (self._begin_on(yesterday) and clock < self.end)

    def _begin_on(self, local: datetime) -> bool:
        return WEEKDAYS[local.weekday()] in self.days


class Mark(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """How an instance tells what a call was. All that is given must hold; text is compared without case."""

    attribute: str | None = None
    value: str | None = None
    number: str | None = None  # the dialled one
    caller: str | None = None
    queue: str | None = None  # name or ARN
    hours: Hours | None = None  # when the call began
    outcome: Naming

    def __post_init__(self) -> None:
        if (self.attribute is None) != (self.value is None):
            raise ValueError("attribute and value go together")
        if not any((self.attribute, self.number, self.caller, self.queue, self.hours)):
            raise ValueError("a mark needs attribute, number, caller, queue or hours")

    def holds(self, record: ContactRecord) -> bool:
        caller = record.customer_endpoint.address if record.customer_endpoint else None
        queue = (record.queue.name, record.queue.arn) if record.queue else ()
        return (
            (self.attribute is None or self._attribute_holds(record))
            and (self.number is None or _number(self.number) == _number(record.dialled_address))
            and (self.caller is None or _number(self.caller) == _number(caller))
            and (self.queue is None or _any_is(self.queue, queue))
            and (self.hours is None or (record.began_at is not None and self.hours.hold_at(record.began_at)))
        )

    def _attribute_holds(self, record: ContactRecord) -> bool:
        # Attribute names differ by case within one record, so there may be several.
        values = [text for name, text in record.attributes.items() if _any_is(self.attribute, (name,))]
        return _any_is(self.value, values)

    def __str__(self) -> str:
        """What it goes by, without the numbers and values in it."""
        given = {
            f'attribute "{self.attribute}"': self.attribute,
            "dialled number": self.number,
            "caller": self.caller,
            "queue": self.queue,
            "hours": self.hours,
        }
        return ", ".join(words for words, value in given.items() if value)


def _any_is(wanted: str | None, texts: Iterable[str | None]) -> bool:
    return any(text is not None and wanted is not None and text.casefold() == wanted.casefold() for text in texts)


def _number(text: str | None) -> str | None:
    return None if text is None else re.sub(r"[\s().-]", "", text).casefold()


DEFAULT_MARKS = (
    Mark(attribute="status", value="processed by virtual agent", outcome="self_served"),
    Mark(attribute="botOutcome", value="resolved", outcome="self_served"),
    Mark(attribute="botResolved", value="true", outcome="self_served"),
    Mark(attribute="virtualAgent", value="true", outcome="started"),
)


class Rules(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    preset: Preset = "rescue"
    overrides: dict[str, bool] = {}  # outcome: whether it opens a case, whatever the preset says
    short_abandon_s: Span = 5
    short_flow_s: Span = 5
    callback_settle_min: Span = 30
    leg_wait_s: Span = 900
    marks: tuple[Mark, ...] = DEFAULT_MARKS  # in order: the first that holds wins

    def __post_init__(self) -> None:
        if unknown := sorted(self.overrides.keys() - OUTCOMES.keys()):
            raise ValueError(f"no such outcome: {unknown[0]}")

    def mark_for(self, record: ContactRecord, *outcomes: Naming) -> Mark | None:
        """The first mark that holds among those for the given outcomes."""
        return next((mark for mark in self.marks if mark.outcome in outcomes and mark.holds(record)), None)


# msgspec looks a class over when it is first used, and two threads that do so at once bring the process down.
msgspec.json.Decoder(Rules)
