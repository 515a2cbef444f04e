import os
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
import redis

from dashboard import embedded
from dashboard.embedded.redis import Redis

ROOT = Path(__file__).resolve().parents[2]
USER = """
import sys
from pathlib import Path
from dashboard import embedded
servers = embedded.use(Path(sys.argv[1]), is_durable=False)
print(servers.database_url, servers.redis_url, flush=True)
sys.stdin.read()
"""


@dataclass
class User:
    """A process that uses the embedded servers until `leave`."""

    process: subprocess.Popen[str]
    database_url: str
    redis_url: str

    def leave(self) -> None:
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait(30)

    def close(self) -> None:
        self.leave()
        assert self.process.stdout
        self.process.stdout.close()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(30)

    def ask(self, question: str) -> object:
        with psycopg.connect(self.database_url, autocommit=True) as connection:
            answer = connection.execute(question.encode())
            row = answer.fetchone() if answer.description else None
        return row and row[0]

    def ping(self) -> object:
        with redis.Redis.from_url(self.redis_url, retry=None) as client:
            return client.ping()


@pytest.fixture
def var(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    # A short path: pytest's own temporary folders are too deep for a socket.
    with tempfile.TemporaryDirectory() as folder:
        monkeypatch.setenv("TMPDIR", folder)
        yield Path(folder) / "var"


@pytest.fixture
def use() -> Iterator[Callable[[Path], User]]:
    users: list[User] = []

    def begin(var: Path) -> User:
        process = subprocess.Popen(
            [sys.executable, "-c", USER, str(var)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        assert process.stdout
        user = User(process, *process.stdout.readline().rstrip().split(" "))
        users.append(user)
        return user

    yield begin
    for user in users:
        user.close()


def server_processes(var: Path) -> set[int]:
    """Those whose working folder is below `var`."""
    found = set()
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdecimal() and (entry / "cwd").resolve().is_relative_to(var):
                found.add(int(entry.name))
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue
    return found


def wait_for(is_true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not is_true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_the_last_one_out_stops_the_servers(var: Path, use: Callable[[Path], User]) -> None:
    first, second = use(var), use(var)
    assert first.database_url == second.database_url

    first.leave()
    assert second.ask("SELECT 1") == 1
    assert second.ping()

    second.leave()
    wait_for(lambda: not server_processes(var))


def test_those_who_come_together_share_the_same_servers(var: Path, use: Callable[[Path], User]) -> None:
    command = [sys.executable, "-c", USER, str(var)]
    together = [
        subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(3)
    ]
    assert len({process.communicate()[0] for process in together}) == 1
    assert [process.returncode for process in together] == [0, 0, 0]
    wait_for(lambda: not server_processes(var))


def test_what_was_written_is_there_after_everything_was_killed(var: Path, use: Callable[[Path], User]) -> None:
    user = use(var)
    user.ask("CREATE TABLE kept AS SELECT 42 AS answer")
    processes = server_processes(var)
    user.kill()
    for pid in processes:
        with suppress(ProcessLookupError):  # the server of a session that was just closed ends by itself
            os.kill(pid, signal.SIGKILL)
    wait_for(lambda: not server_processes(var))

    again = use(var)
    assert again.ask("SELECT answer FROM kept") == 42
    assert again.ping()


def test_servers_left_by_a_killed_user_are_used_and_stopped_by_the_next(var: Path, use: Callable[[Path], User]) -> None:
    user = use(var)
    postmaster = (var / "postgres/postmaster.pid").read_text()
    user.kill()

    after = use(var)
    assert after.ask("SELECT 1") == 1
    assert (var / "postgres/postmaster.pid").read_text().split()[0] == postmaster.split()[0]
    after.leave()
    wait_for(lambda: not server_processes(var))


def test_a_stale_number_that_another_process_now_has_is_no_obstacle(var: Path, use: Callable[[Path], User]) -> None:
    use(var).leave()
    wait_for(lambda: not server_processes(var))
    stale = var / "postgres/postmaster.pid"
    stale.write_text(f"{os.getpid()}\n{var}/postgres\n")

    assert use(var).ask("SELECT 1") == 1


def test_a_first_start_that_was_cut_short_is_begun_again(var: Path, use: Callable[[Path], User]) -> None:
    draft = var / "postgres.draft"
    draft.mkdir(parents=True)
    (draft / "PG_VERSION").write_text("18\n")

    assert use(var).ask("SELECT 1") == 1
    assert not draft.exists()


def test_a_ctrl_c_in_the_terminal_of_one_user_does_not_reach_the_servers(
    var: Path, use: Callable[[Path], User]
) -> None:
    first, second = use(var), use(var)
    os.killpg(first.process.pid, signal.SIGINT)
    first.process.wait(30)
    assert second.ask("SELECT 1") == 1
    assert second.ping()


def test_a_user_that_is_told_to_end_leaves_no_server_behind(var: Path, use: Callable[[Path], User]) -> None:
    user = use(var)
    user.process.send_signal(signal.SIGTERM)
    assert user.process.wait(30) == 128 + signal.SIGTERM
    wait_for(lambda: not server_processes(var))


def test_nobody_else_can_connect(var: Path, use: Callable[[Path], User]) -> None:
    user = use(var)
    assert user.ask("SHOW listen_addresses") == ""
    with redis.Redis.from_url(user.redis_url) as client:
        assert client.config_get("port") == {"port": "0"}
    assert stat.S_IMODE((var / "sockets").stat().st_mode) == 0o700
    assert stat.S_IMODE((var / "postgres").stat().st_mode) == 0o700
    assert stat.S_IMODE((var / "postgres.password").stat().st_mode) == 0o600
    for password in ("", "guessed"):
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(user.database_url, password=password)


def test_the_servers_never_run_as_root(var: Path, use: Callable[[Path], User]) -> None:
    use(var)
    owners = {Path(f"/proc/{pid}").stat().st_uid for pid in server_processes(var)}
    assert owners
    assert 0 not in owners


def test_only_the_execute_bit_is_given_and_only_where_it_lacks(var: Path, use: Callable[[Path], User]) -> None:
    var.mkdir(mode=0o700)
    use(var)
    needed = stat.S_IXOTH if os.geteuid() == 0 else 0
    assert stat.S_IMODE(var.stat().st_mode) == 0o700 | needed
    assert stat.S_IMODE(var.parent.stat().st_mode) == 0o700 | needed


def test_a_folder_too_deep_for_a_socket_gets_one_elsewhere_that_is_closed(
    var: Path, use: Callable[[Path], User]
) -> None:
    deep = var / ("deep" * 30)
    user = use(deep)
    assert user.ask("SELECT 1") == 1
    assert user.ping()
    sockets = Path(user.redis_url.removeprefix("unix://")).parent
    assert not sockets.is_relative_to(deep)
    assert stat.S_IMODE(sockets.stat().st_mode) == 0o700


def test_a_path_with_blanks_quotes_and_commas_serves_as_well(var: Path, use: Callable[[Path], User]) -> None:
    user = use(var / "Alice's own, here")
    assert user.ask("SELECT 1") == 1
    assert user.ping()


def test_without_any_redis_the_message_says_what_to_do(var: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dashboard.embedded.redis.find_spec", lambda _: None)
    monkeypatch.setenv("PATH", "")
    var.mkdir()
    from dashboard.embedded.account import account

    with pytest.raises(embedded.EmbeddedError, match=r"install redis-server, or set REDIS_URL"):
        Redis(var, var, account()).start()


def test_data_of_another_postgresql_is_refused_with_its_number(var: Path) -> None:
    (var / "postgres").mkdir(parents=True)
    (var / "postgres/PG_VERSION").write_text("16\n")
    done = subprocess.run([sys.executable, "-c", USER, str(var)], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 1
    assert "was written by PostgreSQL 16" in done.stderr
    wait_for(lambda: not server_processes(var))
