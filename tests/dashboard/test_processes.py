import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from dashboard.processes import EndedError, Processes, Program, procfile, run_until_told

ROOT = Path(__file__).resolve().parents[2]
STUBBORN = (
    "import os, signal, subprocess, sys, time;"
    "signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']);"
    "print(os.getpid(), child.pid, flush=True);"
    "time.sleep(600)"
)


@pytest.fixture
def quick_to_kill(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dashboard.processes.STOP_WITHIN_S", 0.3)


def run(*programs: Program, tell: bool = False) -> None:
    async def main() -> None:
        processes = Processes(ROOT, os.environ)

        async def start() -> None:
            await processes.start(*programs)
            if tell:
                os.kill(os.getpid(), signal.SIGINT)

        await run_until_told(processes, start)

    asyncio.run(main())


def sleeper(name: str = "sleeper") -> Program:
    return Program(name, "exec sleep 600")


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_one_that_ends_ends_all_with_its_name_said() -> None:
    with pytest.raises(EndedError, match="beat ended with status 3"):
        run(sleeper(), Program("beat", "exit 3"))


def test_one_that_is_killed_is_named_with_the_signal() -> None:
    with pytest.raises(EndedError, match="web was killed by SIGKILL"):
        run(sleeper(), Program("web", "kill -9 $$"))


def test_ctrl_c_at_the_very_start_stops_what_has_begun(capfd: pytest.CaptureFixture[str]) -> None:
    run(Program("web", "echo $$; exec sleep 600"), sleeper(), tell=True)


def test_one_that_ignores_sigterm_is_killed_with_its_children(
    quick_to_kill: None, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    script = tmp_path / "stubborn.py"
    script.write_text(STUBBORN)
    with pytest.raises(EndedError, match="last ended"):
        run(
            Program("stubborn", f"exec {sys.executable} {script} | tee {tmp_path}/pids"),
            Program("last", f"until [ -s {tmp_path}/pids ]; do sleep 0.02; done"),
        )
    pids = [int(word) for word in (tmp_path / "pids").read_text().split()]
    assert len(pids) == 2
    deadline = time.monotonic() + 10
    while any(map(is_running, pids)):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_each_line_says_whose_it_is(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(EndedError):
        run(Program("beat", "echo tick; echo tock >&2"))
    assert capfd.readouterr().out == "beat       | tick\nbeat       | tock\n"


def test_a_line_without_an_end_does_not_stop_the_others(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(EndedError, match="beat ended with status 0"):
        run(Program("beat", "head -c 3000000 /dev/zero | tr '\\0' x; echo; echo tock"))
    assert "beat       | tock\n" in capfd.readouterr().out


def test_the_procfile_names_the_five_programs() -> None:
    assert [program.name for program in procfile(ROOT / "Procfile")] == ["web", "readers", "worker", "beat", "standby"]


def test_a_taken_port_is_named_before_anything_starts() -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        done = subprocess.run(
            [sys.executable, "manage.py", "run"],
            cwd=ROOT,
            env={**os.environ, "PORT": str(port)},
            capture_output=True,
            text=True,
        )
    assert done.returncode == 1
    assert done.stderr == f"CommandError: Port {port} is taken; choose another with PORT={port + 1} make run\n"
    assert done.stdout == ""
