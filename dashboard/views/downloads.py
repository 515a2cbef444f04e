from collections.abc import AsyncIterator, Iterator

from asgiref.sync import sync_to_async
from django.http import Http404, StreamingHttpResponse
from django.shortcuts import get_object_or_404

from calls.models import Call
from dashboard.access import SignedIn, needs
from transcripts.export import FORMS, written

PART = 64 * 1024  # characters


@needs("calls")
def download(request: SignedIn, pk: int, form: str) -> StreamingHttpResponse:
    """A transcript as a file, for whoever may see the call; sent while it is read."""
    if form not in FORMS:
        raise Http404
    calls = Call.objects.visible_to(request.user).select_related("instance", "caller")
    found = get_object_or_404(calls, pk=pk)
    media_type, _ = FORMS[form]
    return StreamingHttpResponse(
        _sent(_parts(written(found, form))),
        content_type=f"{media_type}; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="call-{found.pk}.{form}"',
            "Cache-Control": "no-store",
        },
    )


def _parts(lines: Iterator[str]) -> Iterator[str]:
    """Many lines in one: each is a way through the server."""
    part: list[str] = []
    length = 0
    for line in lines:
        part.append(line)
        length += len(line)
        if length >= PART:
            yield "".join(part)
            part, length = [], 0
    yield "".join(part)


async def _sent(parts: Iterator[str]) -> AsyncIterator[str]:
    def following() -> str | None:
        return next(parts, None)

    while (part := await sync_to_async(following)()) is not None:
        yield part
