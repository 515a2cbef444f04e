import hashlib
import os
import stat
import tempfile
from pathlib import Path

from dashboard.embedded.account import Account
from dashboard.embedded.errors import EmbeddedError

# sockaddr_un holds 104 bytes on macOS and 108 on Linux; PostgreSQL's own name is the longest in the folder.
LONGEST = 100
LONGEST_NAME = ".s.PGSQL.5432"


def socket_folder(var: Path, account: Account) -> Path:
    """The folder of the sockets, closed to everyone else: in `var`, or else in the temporary folder."""
    folder = var / "sockets"
    # To PostgreSQL's clients a comma is a list of hosts.
    if len(os.fsencode(folder / LONGEST_NAME)) > LONGEST or "," in str(folder):
        name = hashlib.sha256(os.fsencode(var)).hexdigest()[:16]
        folder = Path(tempfile.gettempdir()) / f"ringback-{os.geteuid()}-{name}"
    folder.mkdir(mode=0o700, exist_ok=True)
    _refuse_a_foreign(folder, account)
    account.own(folder, 0o700)
    account.may_reach(folder)
    return folder


def _refuse_a_foreign(folder: Path, account: Account) -> None:
    # In a folder that all may write to, somebody else could have put it there first, or a link in its place.
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid not in (os.geteuid(), account.uid):
        raise EmbeddedError(f"{folder} belongs to somebody else: remove it, or set RINGBACK_VAR to a shorter path.")
