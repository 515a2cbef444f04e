from collections.abc import Callable
from pathlib import Path

import pytest

from .world import WORLD, configured

Configure = Callable[..., list[str]]

SECRET = "a secret of Salesforce"


@pytest.fixture(autouse=True)
def _secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SF_CLIENT_SECRET", SECRET)


@pytest.fixture
def configure(db: None, tmp_path: Path) -> Configure:
    """Runs the command on a text; pairs of `old, new` change the world's text first."""

    def run(text: str = WORLD, *changes: tuple[str, str]) -> list[str]:
        for old, new in changes:
            assert old in text
            text = text.replace(old, new, 1)
        file = tmp_path / "ringback.toml"
        file.write_text(text)
        return configured(str(file))

    return run
