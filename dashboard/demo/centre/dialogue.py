"""The dialogues people have, kept as TOML files beside this one."""

import tomllib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "dialogues"


@dataclass(frozen=True)
class Turn:
    """`|` in the words forces a break between two pieces; `hold_s` is silence after the turn, the caller on hold."""

    role: str
    words: str
    mood: str = "NEUTRAL"
    category: str | None = None
    issue: str | None = None
    attachment: str | None = None
    hold_s: int = 0

    @property
    def content(self) -> str:
        return " ".join(self.words.replace("|", " ").split())


@dataclass(frozen=True)
class Dialogue:
    name: str
    queue: str
    channel: str
    language: str
    summary: str
    turns: tuple[Turn, ...]

    def said_by(self, agent: str, caller: str) -> "Dialogue":
        """The same dialogue with the names of those who have it now."""
        turns = [replace(t, words=t.words.format(agent=agent, caller=caller)) for t in self.turns]
        return replace(self, turns=tuple(turns))


def _turn(said: dict[str, Any]) -> Turn:
    role = "agent" if "agent" in said else "customer"
    words = said["agent"] if "agent" in said else said["caller"]
    rest = {key: value for key, value in said.items() if key not in ("agent", "caller", "mood")}
    return Turn(role.upper(), words, said.get("mood", "neutral").upper(), **rest)


def _dialogue(path: Path) -> Dialogue:
    told = tomllib.loads(path.read_text(encoding="utf-8"))
    turns = tuple(_turn(said) for said in told["turns"])
    channel = told.get("channel", "VOICE")
    return Dialogue(path.stem, told["queue"], channel, told["language"], told["summary"], turns)


def load_dialogues() -> list[Dialogue]:
    return [_dialogue(path) for path in sorted(FOLDER.glob("*.toml"))]
