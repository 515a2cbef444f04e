"""What a trial puts on the streams, and what the database must hold in the end: the generator knows both."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any

from tests.journeys.records import SAMPLES, Record, Talk, dropped
from tests.journeys.stack import CONTACT_LENS, CONTACT_RECORDS

if TYPE_CHECKING:
    from tests.faults.held import Held

WORDS = ("the", "order", "came", "late", "again", "and", "nobody", "called", "me", "back", "about", "it", "today")
CASES_EVENT = json.loads((SAMPLES / "contact_events/12_amazon_connect_cases_case_updated.json").read_text())
DOUBLES = 0.05  # of the records come again under a new sequence number
CALLERS, ANSWERED, TALKS, POISONS = 4, 2, 7, 3


@dataclass(frozen=True)
class Put:
    """One record. `is_in` says whether a snapshot holds what it brings."""

    stream: str
    key: str
    data: bytes
    is_in: Callable[[Held], bool]


@dataclass
class Burst:
    """`name` is the beginning of all its contact ids, and its number makes the callers' numbers its own.

    A plain one holds each thing once and one record for each contact: nothing in it needs a natural key, as long as
    every record is brought in once. That is what the control gets.
    """

    name: str
    number: int
    rng: Random
    is_plain: bool = False
    puts: list[Put] = field(default_factory=list)
    stamps: dict[str, datetime] = field(default_factory=dict)  # by contact: its newest record's LastUpdateTimestamp
    turns: dict[tuple[str, str], str] = field(default_factory=dict)  # by contact and turn: its text
    contacts: set[str] = field(default_factory=set)
    letters: Counter[tuple[str, bytes]] = field(default_factory=Counter)  # how often each unusable record was put
    unread: Counter[str] = field(default_factory=Counter)  # by stream: known kinds that nothing reads
    drops: dict[str, set[str]] = field(default_factory=dict)  # contacts by the caller's number

    def __post_init__(self) -> None:
        lanes = [*self._callers(), *self._talks(), *([put] for put in self._unusable())]
        if not self.is_plain:
            lanes += [[put] for put in self._cases_events()]
        self.puts = self._mixed(lanes)
        if not self.is_plain:
            self._double()

    @property
    def expected(self) -> int:
        """How many rows it must leave: calls, turns, dead letters, cases, lines of their time lines, alerts."""
        drops = sum(map(len, self.drops.values()))
        return len(self.contacts) + len(self.turns) + len(self.letters) + len(self.drops) + 2 * drops

    def _callers(self) -> list[list[Put]]:
        lanes = []
        for n in range(CALLERS + ANSWERED):
            number = f"+1{201 + self.number // 10}555{self.number % 10}{n:03}"
            contacts = [f"{self.name}-r{n}-{m}" for m in range(1 if self.is_plain else self.rng.randint(1, 3))]
            if n < CALLERS:
                self.drops[number] = set(contacts)
            lanes += [self._records(contact, number, is_drop=n < CALLERS) for contact in contacts]
        return lanes

    def _records(self, contact: str, number: str, *, is_drop: bool) -> list[Put]:
        """The contact's records in the order in which they come: sent again with what changed, newer and older."""
        first = dropped(contact, number, ended_s_ago=self.rng.randint(60, 600))
        if not is_drop:
            first["Agent"] = {"ARN": "agent-bob", "Username": "bob", "ConnectedToAgentTimestamp": _stamp(first, -70)}
        versions = [
            first | {"LastUpdateTimestamp": _stamp(first, n), "Attributes": {"version": str(n)}}
            for n in range(1 if self.is_plain else self.rng.randint(1, 3))
        ]
        self.contacts.add(contact)
        self.stamps[contact] = datetime.fromisoformat(versions[-1]["LastUpdateTimestamp"])
        again = [] if self.is_plain else self.rng.choices(versions, k=self.rng.randint(0, 2))
        came = versions + again
        if not self.is_plain:
            self.rng.shuffle(came)
        return [_record_put(contact, record) for record in came]

    def _talks(self) -> list[list[Put]]:
        called = sorted(contact for contacts in self.drops.values() for contact in contacts)
        talks = [f"{self.name}-t{n}" for n in range(TALKS)]
        if self.is_plain:
            return [[self._plain_talk(contact)] for contact in talks]
        return [self._talk(contact) for contact in talks + called[:3]]

    def _talk(self, contact: str) -> list[Put]:
        """Pieces and finals out of order, and some of them after COMPLETED; some turns never come to a final."""
        talk = Talk(contact)
        self.contacts.add(contact)
        puts = [_event_put(contact, talk.started())]
        for turn in (f"turn-{n}" for n in range(self.rng.randint(3, 5))):
            pieces = [self._words() for _ in range(self.rng.randint(1, 3))]
            puts += [_piece_put(contact, turn, talk.piece(turn, words)) for words in pieces]
            self.turns[contact, turn] = " ".join(pieces)
            if self.rng.random() < 0.75:
                self.turns[contact, turn] = self._words()
                puts.append(_final_put(contact, turn, talk.final(turn, self.turns[contact, turn])))
        puts.append(_event_put(contact, talk.completed()))
        for _ in range(len(puts) // 3):
            at = self.rng.randrange(len(puts))
            puts.insert(min(len(puts), at + self.rng.randint(1, 4)), puts.pop(at))
        return puts

    def _plain_talk(self, contact: str) -> Put:
        self.contacts.add(contact)
        self.turns[contact, "turn-0"] = self._words()
        return _final_put(contact, "turn-0", Talk(contact).final("turn-0", self.turns[contact, "turn-0"]))

    def _words(self) -> str:
        return " ".join(self.rng.choices(WORDS, k=self.rng.randint(3, 12)))

    def _unusable(self) -> list[Put]:
        made = []
        for n in range(POISONS):
            stream = self.rng.choice((CONTACT_RECORDS, CONTACT_LENS))
            mark = f"{self.name}-p{n}"
            data = self.rng.choice(
                (
                    f'{{"ContactId": "{mark}", "Channel"'.encode(),
                    f'{{"What": "{mark}"}}'.encode(),
                    mark.encode() + b"\xff\xfe",
                    f'["{mark}"]'.encode(),
                    f'{{"Channel": "VOICE", "EventType": "SEGMENTS", "ContactId": 5, "A": "{mark}"}}'.encode(),
                )
            )
            made.append(_letter_put(stream, mark, data))
            self.letters[stream, data] += 1
        return made

    def _cases_events(self) -> list[Put]:
        """Known, and read for nothing: counted."""
        self.unread[CONTACT_RECORDS] += 2
        data = json.dumps(CASES_EVENT).encode()
        return [Put(CONTACT_RECORDS, f"{self.name}-a{n}", data, lambda held: True) for n in range(2)]

    def _mixed(self, lanes: list[list[Put]]) -> list[Put]:
        """One after the other, the order within each lane kept."""
        turns = [lane for lane in lanes for _ in lane]
        self.rng.shuffle(turns)
        at: defaultdict[int, int] = defaultdict(int)
        mixed = []
        for lane in turns:
            mixed.append(lane[at[id(lane)]])
            at[id(lane)] += 1
        return mixed

    def _double(self) -> None:
        for put in self.rng.sample(self.puts, k=round(len(self.puts) * DOUBLES)):
            self.puts.insert(self.rng.randint(self.puts.index(put) + 1, len(self.puts)), put)
            if (put.stream, put.data) in self.letters:
                self.letters[put.stream, put.data] += 1
            elif put.key.startswith(f"{self.name}-a"):
                self.unread[put.stream] += 1


def _record_put(contact: str, record: Record) -> Put:
    stamp = datetime.fromisoformat(record["LastUpdateTimestamp"])

    def is_in(held: Held) -> bool:
        known = held.stamps.get(contact)
        return known is not None and known >= stamp

    return Put(CONTACT_RECORDS, contact, json.dumps(record).encode(), is_in)


def _event_put(contact: str, event: Record) -> Put:
    return Put(CONTACT_LENS, contact, json.dumps(event).encode(), lambda held: contact in held.stamps)


def _piece_put(contact: str, turn: str, event: Record) -> Put:
    piece = event["Segments"][0]["Utterance"]["Id"]

    def is_in(held: Held) -> bool:
        known = held.pieces.get((contact, turn))
        return known is not None and (not known[0] or piece in known[1])

    return Put(CONTACT_LENS, contact, json.dumps(event).encode(), is_in)


def _final_put(contact: str, turn: str, event: Record) -> Put:
    def is_in(held: Held) -> bool:
        known = held.pieces.get((contact, turn))
        return known is not None and not known[0]

    return Put(CONTACT_LENS, contact, json.dumps(event).encode(), is_in)


def _letter_put(stream: str, key: str, data: bytes) -> Put:
    return Put(stream, key, data, lambda held: (stream, data) in held.letters)


def _stamp(record: Record, later_s: int) -> str:
    updated: Any = datetime.fromisoformat(record["LastUpdateTimestamp"])
    return f"{updated + timedelta(seconds=later_s):%Y-%m-%dT%H:%M:%SZ}"
