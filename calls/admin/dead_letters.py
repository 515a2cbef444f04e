from typing import Any

from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.db.models.functions import Length
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.utils.formats import date_format
from django.utils.html import format_html

from calls.admin.set_up import ShownOnly
from calls.admin.site import site
from calls.models import DeadLetter
from calls.streams.replay import replay

SHOWN_BYTES = 64 * 1024
ROW = 16
AT_ONCE = 100  # are replayed while the browser waits

STATES = {
    "open": ("To be looked at", Q(replayed_at=None, replay_asked_at=None, expired_at=None)),
    "waiting": ("Wait for their replay", Q(replay_asked_at__isnull=False)),
    "replayed": ("Replayed", Q(replayed_at__isnull=False)),
    "expired": ("Bytes expired", Q(expired_at__isnull=False)),
}


class State(admin.SimpleListFilter):
    title = parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(name, words) for name, (words, _) in STATES.items()]

    def queryset(self, request: HttpRequest, letters: QuerySet[DeadLetter]) -> QuerySet[DeadLetter]:
        wanted = STATES.get(self.value() or "")
        return letters.filter(wanted[1]) if wanted else letters


@admin.register(DeadLetter, site=site)
class DeadLetterAdmin(ShownOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("reason", "stream", "count", "first_seen_at", "last_seen_at", "size", "state")
    list_filter = (State, "stream", "reason")
    list_select_related = ("stream__instance",)
    actions = ("replay",)

    class Media:
        css = {"all": ["calls/admin.css"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[DeadLetter]:
        return DeadLetter.objects.annotate(length=Length("data")).defer("data")

    def get_fields(self, request: HttpRequest, obj: DeadLetter | None = None) -> Any:
        # A record holds people's words and numbers.
        whole = ("text", "bytes") if request.user.is_superuser and not (obj and obj.expired_at) else ()
        return (*self.list_display, *whole)

    def has_delete_permission(self, request: HttpRequest, obj: DeadLetter | None = None) -> bool:
        return self.has_view_permission(request)

    def has_replay_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        return lookup == State.parameter_name or super().lookup_allowed(lookup, value, request)

    @admin.action(description="Replay", permissions=["replay"])
    def replay(self, request: HttpRequest, letters: QuerySet[DeadLetter]) -> None:
        chosen = DeadLetter.objects.filter(pk__in=letters.values("pk"))
        whole = chosen.whole().select_related("stream__instance")
        count, expired = whole.count(), chosen.exclude(expired_at=None).count()
        if count > AT_ONCE:
            chosen.ask_for_replay()
            words = f"{count} wait for their replay, which goes on by itself. Each says here what came of it."
            self.message_user(request, words, messages.SUCCESS)
        elif count:
            replayed, unusable = replay(whole)
            level = messages.WARNING if unusable else messages.SUCCESS
            self.message_user(request, f"{replayed} replayed, {unusable} still cannot be used.", level)
        if expired:
            words = f"{expired} cannot be replayed: their bytes have expired."
            self.message_user(request, words, messages.WARNING)

    def size(self, letter: Any) -> str:
        return "bytes expired" if letter.expired_at else filesizeformat(letter.length)

    def state(self, letter: DeadLetter) -> str:
        if letter.replay_asked_at:
            return "waits for its replay"
        return f"replayed {date_format(letter.replayed_at, 'DATETIME_FORMAT')}" if letter.replayed_at else ""

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
