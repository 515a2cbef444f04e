"""Who may open a page: the table of rights, asked by every view."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django_htmx.middleware import HtmxDetails

from calls.models import Person
from calls.rights import RIGHTS, rights_of
from calls.scope import Scope


class SignedIn(HttpRequest):
    """A request of somebody who signed in, as `needs` hands it on."""

    user: Person
    htmx: HtmxDetails


P = ParamSpec("P")
View = Callable[Concatenate[SignedIn, P], HttpResponseBase]


def needs(right: str) -> Callable[[View[P]], Callable[..., HttpResponseBase]]:
    """Only for those who have the right: others sign in, or read which role they would need (403)."""

    def decorator(view: View[P]) -> Callable[..., HttpResponseBase]:
        @login_required
        @wraps(view)
        def allowed(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if right not in rights_of(cast(Person, request.user)):
                raise PermissionDenied(roles_with(right))
            return view(cast(SignedIn, request), *args, **kwargs)

        return allowed

    return decorator


def scope_of(request: SignedIn) -> Scope:
    """What whoever asks may see, read once for a request."""
    known = vars(request)
    if "seen_scope" not in known:  # "scope" is what ASGI calls the request itself
        known["seen_scope"] = Scope.of(request.user)
    return cast(Scope, known["seen_scope"])


def roles_with(right: str) -> str:
    return " or ".join(role for role, rights in RIGHTS.items() if right in rights)
