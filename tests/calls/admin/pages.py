"""Forms as a browser would send them back."""

from html.parser import HTMLParser
from typing import Any


class Inputs(HTMLParser):
    """The fields of a page's form, with what they hold."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, list[str]] = {}
        self._select = self._textarea = ""
        self._text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name = given.get("name") or ""
        if tag == "select":
            self._select = name
        elif tag == "option" and "selected" in given and self._select:
            self.values.setdefault(self._select, []).append(given.get("value") or "")
        elif tag == "textarea":
            self._textarea, self._text = name, []
        elif tag == "input" and name:
            is_box = given.get("type") in ("checkbox", "radio")
            if "checked" in given or not is_box:
                self.values.setdefault(name, []).append(given.get("value") or ("on" if is_box else ""))

    def handle_data(self, data: str) -> None:
        if self._textarea:
            self._text.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._textarea:
            self.values[self._textarea] = ["".join(self._text).strip("\r\n")]
            self._textarea = ""
        elif tag == "select":
            self._select = ""


def filled(html: str, **changes: Any) -> dict[str, Any]:
    """What the page's form would send, with some fields changed."""
    inputs = Inputs()
    inputs.feed(html)
    values: dict[str, Any] = {**inputs.values, **changes}
    return {name: value for name, value in values.items() if "__prefix__" not in name}
