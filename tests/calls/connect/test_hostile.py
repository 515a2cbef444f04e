"""Whatever is sent: refused with a reason or taken as text, in bounded memory, and by the whole way in."""

import json
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from calls.models import Call, DeadLetter
from tests.calls.connect.hostile import REFUSED, TAKEN
from tests.calls.world import World

ROOT = Path(__file__).parents[3]
MEMORY_MB = 50

DECODE_ALL = """
import json, resource, sys
from datetime import UTC, datetime
import django
django.setup()
from calls.models import Instance
from calls.streams.handlers import Decoded, handlers
from tests.calls.connect.hostile import REFUSED, TAKEN
from transcripts.cards import mask_cards

handlers()
instance = Instance(alias="acme", arn="arn:aws:connect:us-east-1:123456789012:instance/1")
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
before = peak()
for data in (*REFUSED.values(), *TAKEN.values()):
    batch = Decoded(instance)
    batch.add(data, datetime.now(UTC))
    for arrival in batch.arrivals.get("contact-lens", ()):
        for item in arrival.value.items:
            mask_cards(getattr(item, "text", ""))
print(json.dumps([before, peak()]))
"""


@pytest.mark.parametrize("data", REFUSED.values(), ids=REFUSED)
def test_a_hostile_record_is_a_dead_letter_with_a_reason(world: World, data: bytes) -> None:
    assert world.bring(data) == 1
    letter = DeadLetter.objects.get()
    assert bytes(letter.data) == data
    assert letter.reason
    assert not Call.objects.exists()


@pytest.mark.parametrize("data", TAKEN.values(), ids=TAKEN)
def test_a_nearly_hostile_record_is_taken(world: World, data: bytes) -> None:
    assert world.bring(data) == 0
    call = Call.objects.get()
    if call.record:
        assert call.contact_record
        json.dumps(call.record)


def test_hostile_records_take_little_memory() -> None:
    """Of a process of its own, whose peak is that of nothing else."""
    done = subprocess.run([sys.executable, "-c", DECODE_ALL], cwd=ROOT, capture_output=True, text=True, check=True)
    before, after = json.loads(done.stdout)
    in_mb = 1024 * (1 if sys.platform != "darwin" else 1024)
    assert (after - before) / in_mb < MEMORY_MB
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss >= after
