"""When each word of a dialogue is said: turns with their pieces, in milliseconds since the call began."""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from unicodedata import east_asian_width

from dashboard.demo.centre.dialogue import Turn

_WORDS_A_PIECE = 5


@dataclass(frozen=True)
class Piece:
    text: str
    begins_ms: int
    ends_ms: int


@dataclass(frozen=True)
class Spoken:
    """A turn as it was said. `is_cut`: the line went in the middle of it, so that no final will ever come."""

    turn: Turn
    pieces: tuple[Piece, ...]
    is_cut: bool = False

    @property
    def begins_ms(self) -> int:
        return self.pieces[0].begins_ms

    @property
    def ends_ms(self) -> int:
        return self.pieces[-1].ends_ms


def split(words: str) -> list[str]:
    """Pieces of a few words each, broken after punctuation where there is some."""
    pieces: list[list[str]] = []
    for forced in words.split("|"):
        pieces.append([])
        for word in forced.split():
            if len(pieces[-1]) >= _WORDS_A_PIECE or (len(pieces[-1]) >= 3 and pieces[-1][-1][-1] in ".,?!;:"):
                pieces.append([])
            pieces[-1].append(word)
    return [" ".join(piece) for piece in pieces if piece]


def _length(text: str) -> int:
    """In words. Japanese is written without spaces, and three of its signs take about as long as a word."""
    return len(text.split()) + sum(east_asian_width(sign) == "W" for sign in text) // 3


def _say(turn: Turn, from_ms: int, rng: random.Random) -> Spoken:
    pieces = []
    for text in split(turn.words):
        ends_ms = from_ms + 250 + int(_length(text) * rng.uniform(270, 350))
        pieces.append(Piece(text, from_ms, ends_ms))
        from_ms = ends_ms + rng.randint(10, 120)
    return Spoken(turn, tuple(pieces))


def speak(turns: Iterable[Turn], from_ms: int, rng: random.Random) -> list[Spoken]:
    spoken: list[Spoken] = []
    for turn in turns:
        spoken.append(_say(turn, from_ms, rng))
        # People answer after half a second, and sometimes before the other has finished.
        from_ms = spoken[-1].ends_ms + int(rng.triangular(-200, 1600, 450)) + turn.hold_s * 1000
    return spoken


def write(turns: Iterable[Turn], from_ms: int, rng: random.Random) -> list[Spoken]:
    """Typed instead of said: a message arrives whole."""
    spoken: list[Spoken] = []
    for turn in turns:
        from_ms += 2500 + int(len(turn.words) * rng.uniform(35, 70))
        spoken.append(Spoken(turn, (Piece(turn.content, from_ms, from_ms),)))
        from_ms += turn.hold_s * 1000
    return spoken


def cut_off(spoken: Sequence[Spoken], rng: random.Random) -> list[Spoken]:
    """The talk up to somewhere in the middle of a sentence in its second half."""
    long_turns = [n for n, each in enumerate(spoken) if len(each.pieces) > 1 and n >= len(spoken) // 2]
    last = rng.choice(long_turns) if long_turns else rng.randrange(len(spoken) // 2, len(spoken))
    pieces = spoken[last].pieces
    heard = pieces[: rng.randint(1, max(1, len(pieces) - 1))]
    return [*spoken[:last], replace(spoken[last], pieces=heard, is_cut=True)]
