"""The stand-in by itself: python -m dashboard.demo.salesforce --port 8443 --certificates var/certificates"""

import argparse
import signal
import sys
from pathlib import Path

from dashboard.demo.salesforce.server import SalesforceStandIn

parser = argparse.ArgumentParser(prog="python -m dashboard.demo.salesforce")
parser.add_argument("--port", type=int, default=0)
parser.add_argument("--certificates", type=Path, required=True, help="the folder; the cases are kept beside them")
options = parser.parse_args()

# Blocked before the server's thread begins, so that only sigwait hears them.
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})
folder = options.certificates
with SalesforceStandIn(options.port, certificates=folder, cases=folder / "cases.json") as stand_in:
    sys.stdout.write(f"Salesforce stand-in on {stand_in.url}, trust {stand_in.ca_file}\n")
    sys.stdout.flush()
    signal.sigwait({signal.SIGTERM, signal.SIGINT})
