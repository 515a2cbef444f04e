"""A queue's tile tells each level by sign and word, beside the colour."""

import re

from django.template.loader import render_to_string

from calls.models.queue_level import Figure
from dashboard.figures.limits import OWN
from dashboard.figures.present import Waiting
from dashboard.figures.queue_tile import QueueTile


def told(**fields: object) -> str:
    tile = QueueTile(key=(1, "billing"), name="Billing", limits=OWN)._replace(**fields)  # type: ignore[arg-type]
    html = render_to_string("live/queue_tile.html", {"queue": tile})
    return " ".join(re.sub(r"<[^>]+>", " ", html).replace("\N{NO-BREAK SPACE}", " ").split())


def test_a_level_is_told_by_sign_word_and_limit() -> None:
    words = told(waiting=Waiting(6), service_level=50, abandon_rate=2, queued=20)
    assert words.startswith("Billing : show its calls ‼ red")
    assert "▲ 6 waiting , amber: 5 or more" in words
    assert "‼ level 50 % , red: 60 % or less" in words
    assert "abandoned 2 %" in words
    assert "abandoned 2 % ," not in words


def test_a_calm_queue_has_neither_sign_nor_word() -> None:
    words = told(waiting=Waiting(1), service_level=95, abandon_rate=0, queued=20)
    assert words == "Billing : show its calls 1 waiting · — level 95 % abandoned 0 %"


def test_what_nobody_tells_is_not_there() -> None:
    assert told() == "Billing : show its calls not answered yet"


def test_every_figure_with_a_level_has_limits_of_ringbacks_own() -> None:
    assert set(OWN) == set(Figure)
