"""A canned Kinesis of contact events and agent events, a stream of five shards each.

python -m tests.benchmarks.events_kinesis --rate 2000 --calls 10000 --agents 1000
"""

from __future__ import annotations

import time

from tests.benchmarks.canned_kinesis import Canned, parser, serve
from tests.benchmarks.events_records import IN_PROGRESS, STEPS, Agents, Clock, Contacts

SHARDS = 5  # of each stream
STREAMS = {"contact-events": range(SHARDS), "agent-events": range(SHARDS, 2 * SHARDS)}


def contacts_of(rate: float, calls: int, began_at: float) -> list[Contacts]:
    clock = Clock(began_at, rate / SHARDS / len(STREAMS))
    slots = calls * len(STEPS) // IN_PROGRESS // SHARDS
    return [Contacts(shard, slots, clock) for shard in range(SHARDS)]


def canned_events(rate: float, calls: int, agents: int, began_at: float) -> Canned:
    """`ended`, as its state tells: how many calls have ended."""
    contacts = contacts_of(rate, calls, began_at)
    slots, clock = contacts[0].slots, contacts[0].clock
    floor = [Agents(shard, SHARDS, agents // SHARDS, slots, clock) for shard in range(SHARDS)]
    return Canned(
        [*contacts, *floor], rate, STREAMS, lambda come: {"ended": sum(each.ended(come) for each in contacts)}
    )


def main() -> None:
    arguments = parser("tests.benchmarks.events_kinesis")
    arguments.add_argument("--agents", type=int, required=True)
    arguments.add_argument("--began-at", type=float, default=time.time(), help="the time that events tell (now)")
    options = arguments.parse_args()
    serve(canned_events(options.rate, options.calls, options.agents, options.began_at), options.port)


if __name__ == "__main__":
    main()
