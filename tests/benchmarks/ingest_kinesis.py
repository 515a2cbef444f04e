"""A canned Kinesis of what is said: shards hold different calls, as Kinesis deals them out by their keys.

python -m tests.benchmarks.ingest_kinesis --shards 10 --rate 10000 --calls 10000
"""

from __future__ import annotations

from tests.benchmarks.canned_kinesis import Canned, parser, serve
from tests.benchmarks.ingest_records import Talks, contact_ids

GROUP = 9  # of contact ids
STREAM = "canned"


def canned_talks(shards: int, rate: float, calls: int) -> Canned:
    """`turns`, as its state tells: how many the records that have come bring."""
    ids = contact_ids(GROUP, calls)
    talks = [Talks(ids[shard::shards], seed=shard) for shard in range(shards)]

    def turns(come: int) -> dict[str, int]:
        found = {
            (shard, talk, (step + talk) // 3)
            for shard, each in enumerate(talks)
            for number in range(come)
            for step, talk in [divmod(number, len(each.contact_ids))]
        }
        return {"turns": len(found)}

    return Canned(talks, rate, {STREAM: range(shards)}, turns)


def main() -> None:
    arguments = parser("tests.benchmarks.ingest_kinesis")
    arguments.add_argument("--shards", type=int, required=True)
    options = arguments.parse_args()
    serve(canned_talks(options.shards, options.rate, options.calls), options.port)


if __name__ == "__main__":
    main()
