from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.db.models.functions import Length
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.utils.html import format_html

from calls.admin.set_up import ShownOnly
from calls.admin.site import site
from calls.models import DeadLetter

SHOWN_BYTES = 64 * 1024
ROW = 16


@admin.register(DeadLetter, site=site)
class DeadLetterAdmin(ShownOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("reason", "stream", "count", "first_seen_at", "last_seen_at", "size", "replayed_at")
    list_filter = ("stream", "reason")
    list_select_related = ("stream__instance",)
    actions = ("replay",)

    class Media:
        css = {"all": ["calls/admin.css"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[DeadLetter]:
        return DeadLetter.objects.annotate(length=Length("data")).defer("data")

    def get_fields(self, request: HttpRequest, obj: DeadLetter | None = None) -> Any:
        # A record holds people's words and numbers.
        whole = ("text", "bytes") if request.user.is_superuser else ()
        return (*self.list_display, *whole)

    def has_delete_permission(self, request: HttpRequest, obj: DeadLetter | None = None) -> bool:
        return self.has_view_permission(request)

    def has_replay_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    @admin.action(description="Replay", permissions=["replay"])
    def replay(self, request: HttpRequest, letters: QuerySet[DeadLetter]) -> None:
        from calls.streams.replay import replay

        wanted = DeadLetter.objects.filter(pk__in=letters.values("pk")).select_related("stream__instance")
        replayed, unusable = replay(wanted.iterator(chunk_size=50))
        level = messages.WARNING if unusable else messages.SUCCESS
        self.message_user(request, f"{replayed} replayed, {unusable} still cannot be used.", level)

    def size(self, letter: Any) -> str:
        return filesizeformat(letter.length)

    def text(self, letter: DeadLetter) -> str:
        return _block(bytes(letter.data)[:SHOWN_BYTES].decode(errors="replace"), letter)

    def bytes(self, letter: DeadLetter) -> str:
        return _block(hexdump(bytes(letter.data)[:SHOWN_BYTES]), letter)


def _block(text: str, letter: DeadLetter) -> str:
    more = len(bytes(letter.data)) - SHOWN_BYTES
    return format_html(
        '<pre class="record" tabindex="0">{}</pre>{}', text, f"and {more} bytes more" if more > 0 else ""
    )


def hexdump(data: bytes) -> str:
    return "\n".join(
        f"{at:08x}  {data[at : at + ROW].hex(' '):<{3 * ROW}} {_printable(data[at : at + ROW])}"
        for at in range(0, len(data), ROW)
    )


def _printable(data: bytes) -> str:
    return "".join(chr(byte) if 32 <= byte < 127 else "." for byte in data)
