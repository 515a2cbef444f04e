"""Somebody else's Kinesis, to hold the stand-in's behaviour against: npm's kinesis-local."""

import socket
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from tests.npm import NODE, installed

HERE = Path(__file__).parent
_START_S = 120

# Nothing takes time there either.
_DURATIONS = ("CREATE_STREAM", "DELETE_STREAM", "SPLIT_SHARD", "MERGE_SHARDS", "REGISTER_STREAM_CONSUMER")


@contextmanager
def running() -> Iterator[str]:
    """Its address, while it runs."""
    plain, tls = _free_ports(2)
    environment = {
        "KINESIS_MOCK_PLAIN_PORT": str(plain),
        "KINESIS_MOCK_TLS_PORT": str(tls),
        "LOG_LEVEL": "ERROR",
        "SHARD_LIMIT": "1000",
        **{f"{name}_DURATION": "0ms" for name in _DURATIONS},
    }
    folder = installed(HERE, "kinesis-local")
    with subprocess.Popen([NODE, "main.js"], cwd=folder, env=environment, stdout=subprocess.DEVNULL) as process:
        try:
            url = f"http://127.0.0.1:{plain}"
            _wait_for(url, process)
            yield url
        finally:
            process.kill()  # asked to end, it waits half a minute for its clients


def _free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    while process.poll() is None:
        try:
            with closing(urllib.request.urlopen(f"{url}/healthcheck", timeout=_START_S)):  # noqa: S310
                return
        except urllib.error.URLError:
            continue
    raise RuntimeError(f"kinesis-local ended with {process.returncode}")
