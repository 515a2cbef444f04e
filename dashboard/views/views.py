"""Views that people saved of the wall. What one asks for travels in bodies: it may hold words and numbers of people."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec

from django.core import signing
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, HttpResponseBase, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import reswap

from calls.models import Person, SavedView, ScreenLink, Team
from calls.models.saved_view import FILTERS
from calls.models.screen_link import ScreenLinkQuerySet
from dashboard.access import SignedIn, needs

from .saying import said

P = ParamSpec("P")
Act = Callable[Concatenate[SignedIn, P], tuple[str, dict[str, object]]]
MOST_VIEWS = 100
UNDO_WITHIN_S = 600
UNDO = "undo a view"


def asked(request: SignedIn) -> QueryDict:
    """What the wall's address asks for, by itself or by the saved view that it names; 404 if that is of others."""
    pk = request.GET.get("view", "")
    return query_of(_usable(request.user, _pk(pk))) if pk.isdigit() else request.GET


def query_of(view: SavedView) -> QueryDict:
    """As it would stand in the address: without what is of people."""
    query = QueryDict(mutable=True)
    for name in view.asks.keys() & FILTERS:
        query.setlist(name, view.asks[name])
    return query


@require_safe
@needs("wall")
@never_cache
def view(request: SignedIn, pk: int) -> HttpResponse:
    found = _usable(request.user, pk)
    return JsonResponse({"name": found.name, "asks": found.asks})


def changes(right: str = "wall") -> Callable[[Act[P]], Callable[..., HttpResponseBase]]:
    """The act says what it did, and what else the menu shows; a ValidationError leaves the menu as it is."""

    def decorator(act: Act[P]) -> Callable[..., HttpResponseBase]:
        @require_POST
        @needs(right)
        def answered(request: SignedIn, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            try:
                words, more = act(request, *args, **kwargs)
            except ValidationError as error:
                return reswap(said(request, " ".join(error.messages), back_to=reverse("wall")), "none")
            menu = render_to_string("pages/views_menu.html", {"is_open": True, **more}, request)
            return said(request, words, menu, back_to=reverse("wall"))

        return answered

    return decorator


@changes()
def save(request: SignedIn) -> tuple[str, dict[str, object]]:
    if request.user.views.count() >= MOST_VIEWS:
        raise ValidationError(f"{MOST_VIEWS} views are the most. Delete one first.")
    made = SavedView(owner=request.user, name=_name(request), asks=_asks(request))
    made.keep()
    return f"“{made.name}” is saved.", {}


@changes()
def update(request: SignedIn, pk: int) -> tuple[str, dict[str, object]]:
    own = _own(request.user, pk)
    own.asks = _asks(request)
    _refuse_for_screens(own)
    own.keep()
    return f"“{own.name}” holds the present filters, order and columns.", {}


@changes()
def rename(request: SignedIn, pk: int) -> tuple[str, dict[str, object]]:
    own = _own(request.user, pk)
    own.name = _name(request)
    own.keep()
    return f"It is called “{own.name}” now.", {}


@changes()
def copy(request: SignedIn, pk: int) -> tuple[str, dict[str, object]]:
    copied = _usable(request.user, pk).copy_for(request.user)
    copied.keep()
    return f"“{copied.name}” is among your own now.", {}


@changes("acknowledge")
def share(request: SignedIn, pk: int) -> tuple[str, dict[str, object]]:
    """With "" nobody, "all" everybody, or a team of one's own by its number."""
    with_whom = request.POST.get("with", "")
    own = _own(request.user, pk)
    own.is_shared = bool(with_whom)
    own.team = _own_team(request.user, with_whom) if own.is_shared and with_whom != "all" else None
    own.keep()
    return f"“{own.name}” is shared with {own.shared_with}." if own.is_shared else f"“{own.name}” is yours alone.", {}


@changes()
def delete(request: SignedIn, pk: int) -> tuple[str, dict[str, object]]:
    own = _own(request.user, pk)
    if screens := list(_screens(own)):
        raise ValidationError(f"“{own.name}” is on a screen: {', '.join(map(str, screens))}. An admin changes that.")
    own.delete()
    kept = {"owner": request.user.pk, "name": own.name, "asks": own.asks, "shared": own.is_shared, "team": own.team_id}
    return f"“{own.name}” is deleted.", {"deleted": own, "undo": signing.dumps(kept, salt=UNDO, compress=True)}


@changes()
def restore(request: SignedIn) -> tuple[str, dict[str, object]]:
    """What was deleted lately, as the answer to it gave it away: signed, and only to its owner."""
    try:
        kept = signing.loads(request.POST.get("undo", ""), salt=UNDO, max_age=UNDO_WITHIN_S)
    except signing.BadSignature:
        raise ValidationError("It is too late to bring that view back.") from None
    if kept["owner"] != request.user.pk:
        raise Http404
    team = Team.objects.filter(pk=kept["team"]).first()
    is_shared = kept["shared"] and (team is not None or kept["team"] is None)  # its team may be gone by now
    back = SavedView(owner=request.user, name=kept["name"], asks=kept["asks"], is_shared=is_shared, team=team)
    back.keep()
    return f"“{back.name}” is back.", {}


def _pk(text: str) -> int | None:
    """None, which no row has, where it can be none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def _usable(person: Person, pk: int | None) -> SavedView:
    return get_object_or_404(SavedView.objects.usable_by(person).filter(page=SavedView.Page.WALL).distinct(), pk=pk)


def _own(person: Person, pk: int) -> SavedView:
    return get_object_or_404(person.views.select_related("team"), pk=pk)


def _own_team(person: Person, pk: str) -> Team:
    teams = Team.objects.all() if person.is_superuser else person.teams.all()
    return get_object_or_404(teams, pk=_pk(pk))


def _screens(view: SavedView) -> ScreenLinkQuerySet:
    return ScreenLink.objects.valid().filter(view=view)


def _name(request: SignedIn) -> str:
    name = " ".join(request.POST.get("name", "").split())
    if not name or "\x00" in name:
        raise ValidationError("A view needs a name.")
    return name


def _asks(request: SignedIn) -> Any:
    try:
        return json.loads(request.POST.get("asks", ""))
    except ValueError:
        raise ValidationError("The present filters could not be read: this needs the page's scripts.") from None


def _refuse_for_screens(own: SavedView) -> None:
    if own.asks_for_people and _screens(own).exists():
        raise ValidationError(f"“{own.name}” is on a screen, which asks for no words and no caller.")
