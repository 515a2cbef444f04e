FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n")


def safe_cell(text: str) -> str:
    """What a caller said is text: a spreadsheet would take a cell that begins like this for a formula, and run it."""
    return f"'{text}" if text.lstrip(" ").startswith(FORMULAS) else text
