"""Whose servers these are: PostgreSQL refuses to run as root, so root lends them a system user of its own."""

import os
import pwd
import shutil
import stat
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dashboard.embedded.errors import EmbeddedError

NAME = "ringback"


@dataclass(frozen=True)
class Account:
    uid: int
    gid: int

    def run(self, command: Sequence[str | Path]) -> None:
        """Raise EmbeddedError with the program's last words if it fails."""
        done = subprocess.run(
            [str(part) for part in command],
            user=self.uid if self._is_another else None,
            group=self.gid if self._is_another else None,
            extra_groups=[] if self._is_another else None,
            cwd="/",  # ours may be closed to that user
            env={"PATH": os.environ.get("PATH", os.defpath), "TZ": "UTC"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            umask=0o077,
            # Ctrl-C goes to the terminal's whole process group: the servers must outlive their users.
            start_new_session=True,
        )
        if done.returncode:
            raise EmbeddedError(f"{Path(command[0]).name} failed: {done.stderr.strip()[-500:] or done.returncode}")

    def own(self, path: Path, mode: int) -> None:
        if self._is_another:
            os.chown(path, self.uid, self.gid)
        path.chmod(mode)

    def may_reach(self, path: Path) -> None:
        """Give the execute bit, and nothing more, on those parent folders of `path` that lack it."""
        if not self._is_another:
            return
        for folder in path.resolve().parents:
            status = folder.stat()
            if status.st_uid != self.uid and not status.st_mode & stat.S_IXOTH:
                folder.chmod(stat.S_IMODE(status.st_mode) | stat.S_IXOTH)

    @property
    def _is_another(self) -> bool:
        return self.uid != os.geteuid()


def account() -> Account:
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid())
    entry = _entry() or _made_entry()
    return Account(entry.pw_uid, entry.pw_gid)


def _entry() -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(NAME)
    except KeyError:
        return None


def _made_entry() -> pwd.struct_passwd:
    useradd = shutil.which("useradd") or "/usr/sbin/useradd"
    shell = "/usr/sbin/nologin"
    try:
        done = subprocess.run(
            [useradd, "--system", "--user-group", "--no-create-home", "--shell", shell, NAME],
            capture_output=True,
            text=True,
        )
        said = done.stderr.strip()
    except OSError as error:
        said = str(error)
    entry = _entry()  # also there when another process made it meanwhile
    if entry is None:
        raise EmbeddedError(
            f"PostgreSQL does not run as root, and the system user {NAME!r} could not be made ({said}). "
            "Make it, or run as an ordinary user, or set DATABASE_URL and REDIS_URL."
        )
    return entry
