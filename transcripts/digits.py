"""Where card numbers stand in a text."""

import re
from collections.abc import Callable, Iterator
from itertools import accumulate, pairwise

MARK = "[card number]"
BOUNDARY = "\x1f"  # between the pieces and turns that are looked at together
SEPARATORS = " \t\r\n.,-" + BOUNDARY

Span = tuple[int, int]
Token = tuple[int, int, str]  # from, to, its digits; a mark has none

_NAMES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_WORDS = {name: str(digit) for digit, name in enumerate(_NAMES)} | {"oh": "0"}
_TIMES = {"double": 2, "triple": 3}

_WORD = rf"(?:{'|'.join(_WORDS)})\b"
_TOKEN = rf"(?-i:{re.escape(MARK)})|\d+|\b{_WORD}|\b(?:double|triple)[ -](?:\d(?!\d)|{_WORD})"
_TOKENS = re.compile(_TOKEN, re.IGNORECASE)
_UUID = r"\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b"
_RUNS = re.compile(
    rf"(?P<uuid>{_UUID})|(?P<run>(?:{_TOKEN})(?:[\s.,\-\u2010-\u2015]{{1,4}}(?:{_TOKEN}))*+)", re.IGNORECASE
)
_FIGURE = re.compile("[0-9]")
_FIGURES = re.compile(rf"\d|{'|'.join(_WORDS)}", re.IGNORECASE)
_REPEATS = re.compile("double|triple", re.IGNORECASE)
_WORDS_OF_TEXT = re.compile(r"\w+")
_LETTER_OR_FIGURE = re.compile(r"[^\W_]")

_SHORTEST, _LONGEST = 13, 19
# Of plain text whose words for figures are figures: most that tells some is searched no further.
_ENOUGH_IN_A_RUN = re.compile(rf"(?:[0-9][\s.,\-]{{0,4}}+){{{_SHORTEST}}}")
# By a card's first digit. Within a longer run, any 13 to 19 digits would often pass Luhn's check by chance.
_LENGTHS = {"2": (16,), "3": (14, 15, 16), "4": (13, 16, 19), "5": (16,), "6": (16, 17, 18, 19)}
# So many digits a card number that passed the check before its last or first piece came may still lack.
_REST = _LONGEST - _SHORTEST
_LONGEST_PHONE = 15
_LONGEST_RUN, _OVERLAP = 20_000, 400  # characters; a card number told in words has up to 300


def card_spans(text: str) -> list[Span]:
    """Where the card numbers are, in order and apart; with each, beyond a boundary, the digits that came later."""
    spans: list[Span] = []
    if not _may_hold_card(text):
        return spans
    for run in _RUNS.finditer(text):
        if run["run"] and run.end() - run.start() > 1:
            spans += _apart(sorted(span for part in _parts(*run.span()) for span in _in_run(text, *part)))
    return spans


def _parts(begin: int, end: int) -> Iterator[Span]:
    """A run, or what of a nonsensically long one is looked at together, lest it take memory without bound."""
    while end - begin > _LONGEST_RUN:
        yield begin, begin + _LONGEST_RUN
        begin += _LONGEST_RUN - _OVERLAP
    yield begin, end


def edge_spans(text: str, old: str) -> list[Span]:
    """The digits at the beginning and end of a text where `old`, of the same turn, had a mark."""
    old = old.strip(SEPARATORS + "?!")
    runs = [run.span() for run in _RUNS.finditer(text) if run["run"]] if MARK in old else []
    at_edge = []
    if runs and old.startswith(MARK) and not _says_something(text[: runs[0][0]]):
        at_edge.append(runs[0])
    if runs and old.endswith(MARK) and not _says_something(text[runs[-1][1] :]):
        at_edge.append(runs[-1])
    return sorted({span for span in at_edge if len(_figures(text, *span)) > 1})


def is_of_interest(text: str) -> bool:
    """Whether the text holds a card number, or may hold a share of one, or says nothing, and lets one run through."""
    if not (_tells_figures(text) or MARK in text or not _says_something(text)):
        return False
    return may_go_on(text) or bool(card_spans(text))


def may_go_on(text: str) -> bool:
    """Whether a text that tells figures or nothing may be the end of a number begun before it, or a beginning."""
    words = _WORDS_OF_TEXT.findall(text)
    return not words or MARK in text or bool(_TOKENS.search(words[0]) or _TOKENS.search(words[-1]))


def lets_through(text: str) -> bool:
    """Whether a number may begin before this text and end after it: it says nothing but figures."""
    return not _says_something(_TOKENS.sub("", text))


def _tells_figures(text: str) -> bool:
    """Whether it may tell any. Most texts do not, and are searched no further."""
    if not text.isascii():
        return _FIGURES.search(text) is not None
    lower = text.lower()
    for word in _WORDS:  # in half the time of any()
        if word in lower:
            return True
    return _FIGURE.search(lower) is not None


def _may_hold_card(text: str) -> bool:
    if MARK in text:
        return True
    is_repeated = _REPEATS.search(text) is not None
    if is_repeated or not text.isascii():
        return _tells_figures(text) and len(_FIGURES.findall(text)) * (3 if is_repeated else 1) >= _SHORTEST
    lower = text.lower()
    for word in _WORDS:
        lower = lower.replace(word, "0")
    return _ENOUGH_IN_A_RUN.search(lower) is not None


def _says_something(text: str) -> bool:
    return _LETTER_OR_FIGURE.search(text) is not None


def _figures(text: str, begin: int, end: int) -> str:
    return "".join(digits for _, _, digits in _tokens(text, begin, end))


def _tokens(text: str, begin: int, end: int) -> list[Token]:
    return [(*found.span(), _digits(found[0])) for found in _TOKENS.finditer(text, begin, end)]


def _digits(token: str) -> str:
    if token == MARK:
        return ""
    if token.isdecimal():
        return "".join(str(int(figure)) for figure in token)
    *times, word = re.split("[ -]", token.lower())
    return _WORDS.get(word, word) * (_TIMES[times[0]] if times else 1)


def _in_run(text: str, begin: int, end: int) -> Iterator[Span]:
    tokens = _tokens(text, begin, end)
    marks = [at for at, token in enumerate(tokens) if not token[2]]
    for before, after in pairwise([-1, *marks, len(tokens)]):
        group = tokens[before + 1 : after]
        if not group or _is_phone(text, group):
            continue
        yield from _cards(group)
        if _is_rest(text, group):
            if before >= 0 and BOUNDARY in text[tokens[before][1] : group[0][0]]:
                yield tokens[before][0], group[-1][1]
            if after < len(tokens) and BOUNDARY in text[group[-1][1] : tokens[after][0]]:
                yield group[0][0], tokens[after][1]


def _length(group: list[Token]) -> int:
    return sum(len(digits) for _, _, digits in group)


def _is_phone(text: str, group: list[Token]) -> bool:
    begin = group[0][0]
    return begin > 0 and text[begin - 1] == "+" and _length(group) <= _LONGEST_PHONE


def _is_rest(text: str, group: list[Token]) -> bool:
    # One word alone, such as "one" or "oh", may well begin a sentence.
    return _length(group) <= _REST and (len(group) > 1 or text[group[0][0]].isdecimal())


def _cards(group: list[Token]) -> Iterator[Span]:
    """The whole group, or else what in it has a card's form, from the beginning of a token to the end of one."""
    digits = "".join(token[2] for token in group)
    passes = _luhn(digits)
    if _SHORTEST <= len(digits) <= _LONGEST and passes(0, len(digits)):
        yield group[0][0], group[-1][1]
        return
    ends = dict(zip(accumulate(len(token[2]) for token in group), (token[1] for token in group), strict=True))
    at = 0
    for begin, _, figures in group:
        for length in _LENGTHS.get(figures[0], ()):
            if at + length in ends and passes(at, at + length):
                yield begin, ends[at + length]
        at += len(figures)


def _luhn(digits: str) -> Callable[[int, int], bool]:
    """Luhn's check of any stretch of the digits, each in one step: a text may be all digits."""
    values = [int(digit) for digit in digits]
    doubled = [value * 2 - 9 * (value > 4) for value in values]
    sums = [
        list(
            accumulate(
                (two if at % 2 != last else one for at, (one, two) in enumerate(zip(values, doubled, strict=True))),
                initial=0,
            )
        )
        for last in (0, 1)
    ]

    def passes(begin: int, end: int) -> bool:
        total = sums[(end - 1) % 2]
        return (total[end] - total[begin]) % 10 == 0

    return passes


def _apart(spans: list[Span]) -> list[Span]:
    apart: list[Span] = []
    for begin, end in spans:
        if apart and begin < apart[-1][1]:
            apart[-1] = apart[-1][0], max(end, apart[-1][1])
        else:
            apart.append((begin, end))
    return apart
