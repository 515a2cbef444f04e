"""Who works here, who calls, and on which numbers. Every phone number is from a range kept for fiction."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import count, islice, product
from uuid import NAMESPACE_DNS, uuid5

from dashboard.demo.centre.dialogue import Dialogue

ACCOUNT_ID = "123456789012"
INSTANCE_ID = "00000000-0000-4000-8000-000000000001"
INSTANCE_ARN = f"arn:aws:connect:us-east-1:{ACCOUNT_ID}:instance/{INSTANCE_ID}"
WITHHELD = "anonymous"


@dataclass(frozen=True)
class Queue:
    name: str
    number: str
    key: str

    @property
    def arn(self) -> str:
        return f"{INSTANCE_ARN}/queue/00000000-0000-4000-8000-0000000000{self.key}"

    @property
    def routing_profile(self) -> dict[str, str]:
        arn = f"{INSTANCE_ARN}/routing-profile/00000000-0000-4000-8000-0000000000{self.key.replace('b', 'f')}"
        return {"ARN": arn, "Name": f"{self.name} desk"}


BILLING = Queue("Billing", "+18005550199", "b1")
CLAIMS = Queue("Claims", "+18445550199", "b2")
SALES = Queue("Sales", "+18555550199", "b3")
FLIGHTS = Queue("Flights", "+18665550199", "b4")
RETENTION = Queue("Retention", "+18775550199", "b5")
QUEUES = (BILLING, CLAIMS, SALES, FLIGHTS, RETENTION)


@dataclass(frozen=True)
class Agent:
    username: str
    queue: Queue = field(hash=False)

    @cached_property
    def id(self) -> str:
        return str(uuid5(NAMESPACE_DNS, f"{self.username}.acme.example"))

    @property
    def arn(self) -> str:
        return f"{INSTANCE_ARN}/agent/{self.id}"

    @property
    def own_queue_arn(self) -> str:
        return f"{INSTANCE_ARN}/queue/agent/{self.id}"

    @property
    def first_name(self) -> str:
        return self.username.split(".")[0].capitalize()

    @property
    def last_name(self) -> str:
        return self.username.split(".")[1].capitalize()


SUPERVISOR = Agent("alice.moore", BILLING)
_REGULARS = (
    Agent("eve.kim", BILLING),
    Agent("omar.diaz", CLAIMS),
    Agent("ivy.chen", SALES),
    Agent("noor.ali", FLIGHTS),
    Agent("bob.hale", BILLING),
    Agent("charlie.reyes", RETENTION),
    Agent("lena.vogt", FLIGHTS),
    Agent("sam.patel", CLAIMS),
    Agent("mia.rossi", BILLING),
    Agent("ben.novak", SALES),
    Agent("ana.lopez", CLAIMS),
    Agent("paul.moreau", FLIGHTS),
    Agent("kim.lund", BILLING),
    Agent("raj.iyer", RETENTION),
)
_FIRST_NAMES = ["ada", "dan", "ella", "finn", "gina", "hugo", "iris", "jack", "liam", "mona", "nils", "olga"]
_LAST_NAMES = ["abel", "bauer", "cox", "dunn", "evans", "frey", "gomez", "hart", "ito", "jones", "kaur", "lang"]


def agents(number: int) -> list[Agent]:
    """The regulars first; a bigger floor has more people, always the same ones."""
    # Billing is the busiest desk, Retention the smallest.
    desks = (BILLING, CLAIMS, FLIGHTS, SALES, BILLING, FLIGHTS, CLAIMS, SALES, BILLING, RETENTION)
    more = (Agent(name, desks[n % len(desks)]) for n, name in enumerate(_names()))
    return [*_REGULARS, *islice(more, max(0, number - len(_REGULARS)))]


def _names() -> Iterator[str]:
    """Without end: of those with the same name the second is numbered 2."""
    for n in count(1):
        for last, first in product(_LAST_NAMES, _FIRST_NAMES):
            yield f"{first}.{last}{n if n > 1 else ''}"


@dataclass(frozen=True)
class Caller:
    name: str
    number: str
    tier: str


_BOOKINGS = ("confirmed", "confirmed", "changed", "cancelled")


def attributes(caller: Caller, queue: Queue) -> dict[str, str]:
    """What a contact flow finds out: nothing of somebody who withholds the number."""
    if caller.number == WITHHELD:
        return {"loyaltyTier": caller.tier, "verified": "no"}
    end = int(caller.number[-2:])
    known = {"customerName": caller.name, "loyaltyTier": caller.tier, "verified": "no" if end % 5 == 0 else "yes"}
    return {**known, "booking": _BOOKINGS[end % 4]} if queue == FLIGHTS else known


def _callers() -> list[Caller]:
    rng = random.Random(555)
    names = ["Alice", "Bob", "Charlie", "Ana", "Jon", "Mei", "Sam", "Lea", "Ravi", "Ines", "Tom", "Nia", "Karl", "Uma"]
    home = [f"+1{area}55501{n:02}" for area in (202, 312, 415, 617, 206) for n in range(100)]
    abroad = [f"+447700900{n:03}" for n in range(20)] + [f"+493023125{n:03}" for n in range(30)]
    numbers = rng.sample(home, 150) + abroad
    return [Caller(rng.choice(names), n, rng.choice(["gold", "silver", "silver", "basic", "basic"])) for n in numbers]


CALLERS = _callers()
UNLUCKY = [  # dropped again and again, so that cases gather more than one call
    Caller("Ana", "+12025550142", "gold"),
    Caller("Bob", "+12025550177", "silver"),
    Caller("Charlie", "+12025550119", "basic"),
    Caller("Priya", "+447700900461", "gold"),
]
_GERMANS = [caller for caller in CALLERS if caller.number.startswith("+49")]
_OTHERS = [caller for caller in CALLERS if not caller.number.startswith("+49")]


def pick_caller(rng: random.Random, language: str, *, is_dropped: bool) -> Caller:
    if language == "de-DE":
        return rng.choice(_GERMANS)
    if rng.random() < (0.4 if is_dropped else 0.08):
        return rng.choice(UNLUCKY)
    if rng.random() < 0.06:
        return Caller(rng.choice(_OTHERS).name, WITHHELD, "basic")
    return rng.choice(_OTHERS)


@dataclass(frozen=True)
class Cast:
    """Who meets in one story: the second agent takes over or is asked, the supervisor listens, others do not answer."""

    caller: Caller
    agent: Agent
    colleague: Agent
    dialogue: Dialogue
    not_answering: tuple[Agent, ...]


def pick_cast(
    rng: random.Random, free: Sequence[Agent], dialogues: Sequence[Dialogue], *, channel: str, is_dropped: bool
) -> Cast:
    spoken = [each for each in dialogues if each.channel == channel] or list(dialogues)
    desks = {each.queue for each in spoken}
    agent = rng.choice([each for each in free if each.queue.name in desks] or free)
    dialogue = rng.choice([each for each in spoken if each.queue == agent.queue.name] or spoken)
    colleagues = [each for each in free if each.queue != agent.queue] or [each for each in free if each != agent]
    caller = pick_caller(rng, dialogue.language, is_dropped=is_dropped)
    others = sorted((each for each in free if each != agent), key=lambda each: each.queue != agent.queue)
    not_answering = tuple(rng.sample(others[:4], min(2, len(others))))
    return Cast(caller, agent, rng.choice(colleagues or [SUPERVISOR]), dialogue, not_answering)
