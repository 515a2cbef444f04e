"""Runs the stand-in by itself until it is told to stop."""

import argparse
import signal
import sys

from dashboard.demo.kinesis import KinesisStandIn

_STOPS = {signal.SIGTERM, signal.SIGINT}


def _stream(text: str) -> tuple[str, int]:
    name, _, shards = text.partition(":")
    if not name or not shards.isdecimal() or int(shards) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME:SHARDS")
    return name, int(shards)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m dashboard.demo.kinesis", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0, the default, takes a free one")
    parser.add_argument("--stream", type=_stream, action="append", default=[], metavar="NAME:SHARDS")
    arguments = parser.parse_args()
    # Before the server's thread starts: it inherits the mask, so that only this thread hears the signals.
    signal.pthread_sigmask(signal.SIG_BLOCK, _STOPS)
    stand_in = KinesisStandIn(arguments.port)
    for name, shard_count in dict(arguments.stream).items():
        stand_in.account.create(name, shard_count)
    with stand_in:
        sys.stdout.write(f"Kinesis stand-in at {stand_in.url}\n")
        sys.stdout.flush()
        signal.sigwait(_STOPS)


if __name__ == "__main__":
    main()
