"""Callers who did not show their number."""

_WORDS = ("anonymous", "restricted", "private", "unavailable", "unknown", "withheld", "blocked")
_KEYPAD = {"2": "abc", "3": "def", "4": "ghi", "5": "jkl", "6": "mno", "7": "pqrs", "8": "tuv", "9": "wxyz"}
_KEYS = {letter: key for key, letters in _KEYPAD.items() for letter in letters}
# Carriers that must send digits spell the word on the keypad: ANONYMOUS is +266696687.
_SPELLED = {"".join(_KEYS[letter] for letter in word) for word in _WORDS}


def is_withheld(address: str) -> bool:
    """Whether a number or SIP address names nobody, such as "anonymous" or "sip:anonymous@anonymous.invalid"."""
    user = address.strip().casefold().removeprefix("sips:").removeprefix("sip:").split("@")[0]
    return not user or user in _WORDS or user.removeprefix("+") in _SPELLED
