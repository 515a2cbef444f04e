"""Samples of what Amazon sends, changed at random: the decoders refuse or take them, and nothing else happens.

`python -m tests.faults.mutations`; each is decoded, and one in twenty goes through the writer into a database as well.
Ends with status 1 on an exception, on a record that takes over 100 ms of the processor's time, and on one that the
quick way and the long way of decoding see differently; its bytes are kept in var/bench.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

ROOT = Path(__file__).parents[2]
FOLDERS = ("agent_events", "contact_events", "contact_lens_*", "ctr*")
SAMPLES = [path.read_bytes() for folder in FOLDERS for path in sorted((ROOT / "tests" / "samples").glob(f"{folder}/*"))]
SLOW_MS, DOUBTFUL_MS = 100, 10
WRITTEN_EVERY, BATCH = 20, 100
SHOWN = 10  # of the reasons for refusals, and of the findings

TEXTS = ["", "\x00", "\ud800", "\ufffd", "😀" * 300, "x" * 257, "9" * 400, "4111 1111 1111 1111", "NaN", "null", "../x"]
TEXTS += ["VOICE", "CHAT", "SEGMENTS", "+12025550142", "sip:alice@example.com", "2026-11-02T09:00:00Z"]
TIMES = ["0000-01-01T00:00:00Z", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "2026-02-30T00:00:00Z"]
TIMES += ["1969-12-31T23:59:59Z", "292277026596-12-04T15:30:08Z", "2026-11-02", "2026-11-02T09:00:60Z"]
TIMES += ["1970-01-01T00:00:00.001Z"]
NUMBERS: list[Any] = [0, -1, 2**31, 2**63 - 1, 2**63, -(2**63), 10**30, 1e308, 5e-324, -0.0, 0.1, True, False, None]
NAMES = ["__proto__", "ContactId", "Segments", "Attributes", "ringback:rest", "ringback:replaced", "\x00", "EventType"]
NAMES += ["AgentARN", "detail-type", "detail", "contactId", "agentInfo", "QueueInfo", "Contacts"]
PLACES = [b'{"a":' * 100, b"[" * 10_000, b"9" * 5000, b"1e999999", b"NaN", b"\\ud800", b"\\u0000", b"\xff", b"\x00"]

Place = tuple[Any, Any]  # an object or list, and a key of it


def mutated(random: Random) -> bytes:
    data = random.choice(SAMPLES)
    for _ in range(random.choice((1, 1, 2, 3, 5))):
        data = random.choice(WAYS)(random, data)
    return data


def flip(random: Random, data: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(random.randint(1, 8) if data else 0):
        changed[random.randrange(len(changed))] = random.randrange(256)
    return bytes(changed)


def cut(random: Random, data: bytes) -> bytes:
    begin, end = sorted((random.randint(0, len(data)), random.randint(0, len(data))))
    return random.choice((data[:begin], data[end:], data[:begin] + data[end:], data[begin:end]))


def insert(random: Random, data: bytes) -> bytes:
    at = random.randint(0, len(data))
    return data[:at] + random.choice(PLACES) + data[at:]


def put_back_to_back(random: Random, data: bytes) -> bytes:
    return data + random.choice((b"", b"\n", b",")) + random.choice(SAMPLES)


def change(random: Random, data: bytes) -> bytes:
    """Something inside becomes another thing, goes, moves, or gets another name; a broken record stays as it is."""
    try:
        record = json.loads(data)
        places = list(inside(record))
        inner, key = random.choice(places)
        random.choice((replace, replace, drop, rename, move, nest, repeat))(random, places, inner, key)
        return json.dumps(record).encode()
    except (ValueError, IndexError, RecursionError):
        return data


def inside(value: Any) -> Any:
    for key in list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        yield value, key
        yield from inside(value[key])


def replace(random: Random, places: list[Place], inner: Any, key: Any) -> None:
    inner[key] = random.choice((random.choice(TEXTS), random.choice(TIMES), random.choice(NUMBERS), {}, [], [None]))


def drop(random: Random, places: list[Place], inner: Any, key: Any) -> None:
    del inner[key]


def rename(random: Random, places: list[Place], inner: Any, key: Any) -> None:
    if isinstance(inner, dict):
        inner[random.choice(NAMES)] = inner.pop(key)


def move(random: Random, places: list[Place], inner: Any, key: Any) -> None:
    other, place = random.choice(places)
    inner[key], other[place] = other[place], inner[key]
    json.dumps(inner)  # what now holds itself is no record: ValueError


def nest(random: Random, places: list[Place], inner: Any, key: Any) -> None:
    for _ in range(random.choice((1, 10, 70))):
        inner[key] = random.choice(([inner[key]], {"a": inner[key]}))


def repeat(random: Random, places: list[Place], inner: Any, key: Any) -> None:
    if isinstance(inner, list):
        inner.extend([inner[key]] * random.choice((1, 10, 300)))


WAYS: list[Callable[[Random, bytes], bytes]] = [flip, cut, insert, put_back_to_back, *[change] * 8]


@dataclass
class Run:
    seed: int
    samples: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    slowest_ms: float = 0.0
    findings: list[str] = field(default_factory=list)

    def found(self, what: str, data: bytes) -> None:
        kept = ROOT / "var" / "bench" / f"mutation-{self.seed}-{len(self.findings)}.bin"
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_bytes(data)
        self.findings.append(f"{what}: {kept}")

    def figures(self) -> dict[str, Any]:
        refused = Counter({name: count for name, count in self.outcomes.items() if name.startswith("refused")})
        return {
            "seed": self.seed,
            "samples": self.samples,
            "refused": refused.total(),
            "taken": self.samples - refused.total(),
            "written": self.outcomes["written"],
            "buried": self.outcomes["buried"],
            "slowest_ms": round(self.slowest_ms, 1),
            "findings": len(self.findings),
            **dict(refused.most_common(SHOWN)),
        }


def run(seed: int, count: int) -> Run:
    """With a database at hand, whose tables stand."""
    from calls.models import Instance, Stream

    random, result = Random(seed), Run(seed)
    arn = "arn:aws:connect:us-east-1:123456789012:instance/00000000-0000-4000-8000-000000000001"
    instance = Instance.objects.create(alias=f"mutations-{seed}", arn=arn)
    stream = Stream.objects.create(instance=instance, kind="contact-records", name="mutations")
    batch: list[bytes] = []
    for data in SAMPLES:  # the first of anything takes longer
        decoded(instance, data)
    for n in range(count):
        data = of_this_instance(random, mutated(random))
        decode(result, instance, data)
        if n % WRITTEN_EVERY == 0:
            batch.append(data)
        if len(batch) == BATCH:
            write(result, stream, batch)
            batch = []
    write(result, stream, batch)
    look(result, instance)
    return result


def of_this_instance(random: Random, data: bytes) -> bytes:
    """Samples are of many instances; most are to get through to the tables."""
    return (
        data
        if random.random() < 0.1
        else re.sub(rb'"(InstanceARN|InstanceArn|instanceArn|InstanceId)"', b'"Instance"', data)
    )


def decode(result: Run, instance: Any, data: bytes) -> None:
    result.samples += 1
    try:
        outcome, took_ms = decoded(instance, data)
        if took_ms > DOUBTFUL_MS:  # maybe not by the record: the process collects its garbage now and then
            took_ms = min(took_ms, *(decoded(instance, data)[1] for _ in range(3)))
        differs = is_seen_differently(data)
    except Exception as error:
        result.found(f"decoding raises {type(error).__name__}", data)
        return
    result.outcomes[outcome] += 1
    result.slowest_ms = max(result.slowest_ms, took_ms)
    if took_ms > SLOW_MS:
        result.found(f"decoding takes {took_ms:.0f} ms", data)
    if differs:
        result.found("the quick way sees another event", data)


def decoded(instance: Any, data: bytes) -> tuple[str, float]:
    """What became of it, and how long that took."""
    from calls.streams.handlers import Decoded

    batch = Decoded(instance)
    began = time.process_time()
    batch.add(data, datetime.now(UTC))
    took_ms = (time.process_time() - began) * 1000
    if batch.unusable:
        reason = batch.unusable[0][1]
        return f"refused: {reason.partition(' - at ')[0]}", took_ms
    return f"taken: {' and '.join(sorted({*batch.arrivals, *batch.unread}))}", took_ms


def is_seen_differently(data: bytes) -> bool:
    """Of what the long way refuses the quick way may take more: it does not read what is of no use."""
    from calls.connect import agent_event, contact_event
    from calls.connect.kinds import Unusable, is_plain, kind_of, parse_many
    from transcripts import lens

    both: dict[str | None, Any] = {
        "agent-events": agent_event,
        "contact-events": contact_event,
        "contact-lens": lens,
    }
    quick = [(kind, each.decode_plain(data)) for kind, each in both.items()] if is_plain(data) else []
    seen = [(kind, value) for kind, value in quick if value is not None]
    try:
        found = [(kind_of(record), record) for record in parse_many(data)]
        long = [(kind, both[kind].decode(record)) for kind, record in found if kind in both]
    except Unusable:
        return False
    return bool(seen) and seen != long


def write(result: Run, stream: Any, batch: list[bytes]) -> None:
    """All at once, and after an exception each alone, to find whose it was."""
    from structlog.testing import capture_logs

    from calls.streams.writer import write as bring_in

    try:
        with capture_logs():
            unusable = bring_in(stream, [(data, datetime.now(UTC)) for data in batch])
    except Exception as error:
        if len(batch) == 1:
            result.found(f"writing raises {type(error).__name__}", batch[0])
            return
        before = len(result.findings)
        for data in batch:
            write(result, stream, [data])
        if len(result.findings) == before:
            result.found(f"writing raises {type(error).__name__} for a batch", b"\n".join(batch))
        return
    result.outcomes["written"] += len(batch) - unusable
    result.outcomes["buried"] += unusable


def look(result: Run, instance: Any) -> None:
    """What was taken can be told again from the tables."""
    from calls.models import Call

    for call in Call.objects.filter(instance=instance).iterator():
        try:
            _ = call.contact_record, call.sentence
        except Exception as error:
            result.found(f"telling a call raises {type(error).__name__}", json.dumps(call.record).encode())


def main() -> int:
    options = arguments()
    from django.core.management import call_command

    import tests.conftest  # noqa: F401 - brings the servers and the settings
    from tests.benchmarks.figures import table

    print(f"seed {options.seed}", flush=True)
    call_command("migrate", verbosity=0)
    result = run(options.seed, options.count)
    print(table(result.figures()))
    print("\n".join(result.findings[:SHOWN]))
    return 1 if result.findings else 0


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.mutations", description=__doc__)
    parser.add_argument("--seed", type=int, default=None, help="decides every sample (one is drawn)")
    parser.add_argument("--count", type=int, default=100_000)
    options = parser.parse_args()
    if options.seed is None:
        options.seed = Random().randrange(1_000_000)
    return options


if __name__ == "__main__":
    sys.exit(main())
