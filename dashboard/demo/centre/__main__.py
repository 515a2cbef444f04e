"""`python -m dashboard.demo.centre`: calls come and go until SIGTERM or Ctrl-C."""

import argparse
import logging
import os
import secrets
import signal
import sys
import threading
import time
from collections.abc import Sequence

import boto3
from botocore.config import Config

from dashboard.demo.centre.directory import Directory
from dashboard.demo.centre.outbox import Outbox
from dashboard.demo.centre.shift import Shift
from dashboard.demo.centre.streams import CHOICES

TICK_S = 0.2
ENDPOINT, CONNECT_ENDPOINT = "AWS_ENDPOINT_URL_KINESIS", "AWS_ENDPOINT_URL_CONNECT"

log = logging.getLogger("dashboard.demo.centre")


def _positive(text: str) -> float:
    value = float(text)
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError("must be more than 0")
    return value


def _count(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return value


def parse_arguments(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m dashboard.demo.centre", description=__doc__)
    parser.add_argument("--calls", type=_count, default=12, help="calls in progress (12)")
    parser.add_argument("--rate", type=_positive, default=1.0, help="how much faster calls arrive (1.0)")
    parser.add_argument("--settle", type=_positive, default=65.0, help="seconds from a call's end to its record (65)")
    parser.add_argument("--seed", type=int, help="the same seed makes the same calls; otherwise each run has its own")
    parser.add_argument("--streams", choices=CHOICES, default="all", help="the streams that there are (all)")
    return parser.parse_args(arguments)


def run(shift: Shift, outbox: Outbox, directory: Directory, stopping: threading.Event) -> None:
    while not stopping.wait(TICK_S):
        outbox.add(shift.due(time.time()))
        directory.flush(time.monotonic())
        outbox.flush(time.monotonic())


def main() -> int:
    logging.basicConfig(format="%(message)s")
    log.setLevel(logging.INFO)  # boto3 has less to say than we
    given = parse_arguments()
    if not os.environ.get(ENDPOINT):
        # Invented calls must never reach a stream of Amazon's by mistake.
        log.error("set %s to the address of a Kinesis stand-in", ENDPOINT)
        return 2
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    kinesis = boto3.client(
        "kinesis",
        region_name="us-east-1",
        aws_access_key_id="demo",
        aws_secret_access_key="demo",  # noqa: S106 - a stand-in takes any; real ones are never used here
        config=Config(connect_timeout=2, read_timeout=5, retries={"total_max_attempts": 1}),
    )
    seed = secrets.randbits(64) if given.seed is None else given.seed
    streams = CHOICES[given.streams]
    directory = Directory(os.environ.get(CONNECT_ENDPOINT, ""))
    shift = Shift(given.calls, given.rate, given.settle, seed, time.time(), streams, directory.introduce)
    log.info("%d calls in progress, rate %g", given.calls, given.rate)
    run(shift, Outbox(kinesis, streams), directory, stopping)
    return 0


if __name__ == "__main__":
    sys.exit(main())
