"""A worker begins with many threads at once, and all of them have something to decode."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]

# Each round imports the decoders anew, so that the first use comes again and again; a crash takes the process with it.
PROGRAM = """
import json, sys, threading
from importlib import import_module
from pathlib import Path

sys.setswitchinterval(1e-6)
module, *samples = sys.argv[1:]
records = [json.loads(Path(sample).read_text()) for sample in samples]
for _ in range(20):
    for name in [name for name in sys.modules if name.startswith(("calls", "transcripts"))]:
        del sys.modules[name]
    decode, together = import_module(module).decode, threading.Barrier(8)

    def work():
        together.wait()
        for record in records:
            decode(record)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
"""


@pytest.mark.parametrize(
    ("module", "samples"),
    [
        ("calls.connect.contact_record", ["ctr_synthetic/03_abandoned_in_queue.json"]),
        ("calls.connect.contact_event", ["contact_events/10_disconnected_in_queue.json"]),
        ("calls.connect.agent_event", ["agent_events/01_heart_beat.json"]),
        ("transcripts.lens", ["contact_lens_voice/02_segments_all_kinds.json"]),
        ("transcripts.lens", ["contact_lens_chat/02_segments_all_kinds.json"]),
    ],
)
def test_the_first_use_of_a_decoder_may_be_in_many_threads_at_once(module: str, samples: list[str]) -> None:
    paths = [str(ROOT / "tests/samples" / sample) for sample in samples]
    done = subprocess.run([sys.executable, "-c", PROGRAM, module, *paths], cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
