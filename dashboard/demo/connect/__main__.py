"""Runs the stand-in by itself until it is told to stop."""

import argparse
import signal
import sys

from dashboard.demo.connect import ConnectStandIn

_STOPS = {signal.SIGTERM, signal.SIGINT}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m dashboard.demo.connect", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0, the default, takes a free one")
    parser.add_argument("--instance", required=True, metavar="ID", help="the instance that it is")
    arguments = parser.parse_args()
    # Before the server's thread starts: it inherits the mask, so that only this thread hears the signals.
    signal.pthread_sigmask(signal.SIG_BLOCK, _STOPS)
    with ConnectStandIn(arguments.instance, arguments.port) as stand_in:
        sys.stdout.write(f"Connect stand-in at {stand_in.url}\n")
        sys.stdout.flush()
        signal.sigwait(_STOPS)


if __name__ == "__main__":
    main()
