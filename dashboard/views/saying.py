"""What a person is told after an action: in the page's status line, with scripts and without."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.http import trigger_client_event

from calls.nudges import nudge


def said(
    request: HttpRequest, words: str, html: str = "", *, back_to: str, undo: dict[str, Any] | None = None
) -> HttpResponse:
    """`html` replaces the thing in place; without scripts the person goes back to the page they came from.

    `undo` is the form that takes it back: its `path`, and its fields.
    """
    transaction.on_commit(nudge)
    if getattr(request, "htmx", False):
        return trigger_client_event(HttpResponse(html), "said", {"words": words, "undo": undo, "target": "#said"})
    messages.info(request, words)
    return redirect(_page_before(request) or back_to)


def _page_before(request: HttpRequest) -> str | None:
    referer = request.headers.get("Referer", "")
    is_ours = url_has_allowed_host_and_scheme(referer, {request.get_host()}, require_https=request.is_secure())
    # Without scripts a revealed number stands on the answer to a POST, which nobody can get again.
    return referer if is_ours and not referer.endswith("/reveal/") else None
