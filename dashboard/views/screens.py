"""Screens on walls: read-only, numbers masked. One is held by a link, or opened by whoever may see the wall."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import structlog
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from calls.alarms import alarms
from calls.models import ScreenLink
from dashboard.access import SignedIn, needs
from dashboard.figures.looker import Looker
from dashboard.figures.wall import wall_figures
from dashboard.live.notices import Reader

from . import wrong_tokens
from .live_page import live_page
from .views import asked, query_of
from .wall_list import WallList
from .wall_query import WallQuery

log = structlog.get_logger(__name__)

HELD = "screen"  # in the session: whose link this browser holds
HELD_FOR = timedelta(days=400)  # the longest that browsers keep a cookie; each time the page opens it begins anew


@require_GET
@never_cache
def screen(request: HttpRequest) -> HttpResponseBase:
    if request.user.is_authenticated:
        return _of_person(request)
    link = _held(request)
    if link is None:
        return render(request, "pages/screen_link.html", {"was_held": HELD in request.session}, status=403)
    request.session.set_expiry(HELD_FOR)
    ScreenLink.objects.filter(pk=link.pk).note_seen()
    watch = "screen-words" if link.shows_words else "screen"
    query = query_of(link.view) if link.view else QueryDict()
    return _shown(request, Looker.of(link.scope, (), "UTC"), query, watch, {"name": link.name})


@needs("screen")
def _of_person(request: SignedIn) -> HttpResponse:
    """What the person sees, as a screen on a wall shows it to whoever passes by."""
    looks = {"name": "Wall", "is_own": True}
    return _shown(request, Looker.of_person(request.user), asked(request), "screen", looks)


@require_POST
@never_cache
@sensitive_post_parameters("token")
def hold(request: HttpRequest) -> HttpResponse:
    """The link's token, out of the fragment of its address: whoever posts it holds the screen from then on."""
    if request.user.is_authenticated:
        return _refused(f"{request.user} is signed in here: sign out first, or open the link in another browser.", 409)
    if wrong_tokens.are_too_many():
        return _refused("Too many links were tried that do not work. This is tried again in a minute.", 429)
    link = ScreenLink.objects.of_token(request.POST.get("token", ""))
    if link is None:
        wrong_tokens.note()
        return _refused("This link does not work: it was revoked, or was not copied whole.", 404)
    request.session.flush()
    request.session[HELD] = link.pk
    request.session.set_expiry(HELD_FOR)
    log.info("A screen was opened by its link.", screen=link.pk)
    return HttpResponse(status=204)


@receiver(user_logged_in)
def _let_go(request: HttpRequest, **_: Any) -> None:
    """Who signs in where a screen was shown stays signed in no longer than anywhere else."""
    if request.session.pop(HELD, None):
        request.session.set_expiry(None)


def _held(request: HttpRequest) -> ScreenLink | None:
    pk = request.session.get(HELD)
    return ScreenLink.objects.valid().select_related("team", "view").filter(pk=pk).first() if pk else None


def _refused(words: str, status: int) -> HttpResponse:
    return HttpResponse(words, status=status, content_type="text/plain; charset=utf-8")


def _shown(request: HttpRequest, looker: Looker, asks: QueryDict, watch: str, looks: dict[str, object]) -> HttpResponse:
    live = live_page(watch)
    context = {
        "live": live,
        "watch": watch,
        "list": WallList.of(looker.scope, WallQuery.of(asks)),
        "asks": json.dumps(dict(asks.lists())),
        "wall": wall_figures(looker),
        "notice": Reader.of(looker.scope, frozenset()).notice(alarms()),
    }
    return render(request, "pages/screen.html", context | looks)
