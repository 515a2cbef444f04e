from datetime import datetime

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from calls.admin.set_up import CheckedForm, SetUp
from calls.admin.site import site
from calls.models import Shard, Stream

STATE = ("shards", "lag", "records", "letters", "trouble", "unread")


class StreamState(SetUp):
    """How far a stream has been read, in words."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Stream]:
        return Stream.objects.select_related("instance").prefetch_related("shards")

    @admin.display(empty_value="")
    def shards(self, stream: Stream) -> int:
        return len(stream.shards.all())

    @admin.display(boolean=True, description="is read")
    def is_running(self, stream: Stream) -> bool:
        return not stream.is_stopped

    def lag(self, stream: Stream) -> str:
        return lag_of([shard for shard in stream.shards.all() if not shard.is_ended], timezone.now())

    def records(self, stream: Stream) -> int:
        return sum(shard.records for shard in stream.shards.all())

    @admin.display(description="dead letters")
    def letters(self, stream: Stream) -> str:
        address = reverse("admin:calls_deadletter_changelist")
        return format_html('<a href="{}?stream__id__exact={}">{}</a>', address, stream.pk, stream.dead_letters.count())

    @admin.display(description="nothing reads")
    def unread(self, stream: Stream) -> str:
        return ", ".join(f"{count} {kind}" for kind, count in sorted(stream.unread_kinds.items()))


def lag_of(shards: list[Shard], now: datetime) -> str:
    """By the shard that is read least."""
    reads = [shard.read_at for shard in shards if shard.read_at]
    if not reads:
        return "not read yet"
    behind = max(shard.behind_ms or 0 for shard in shards)
    words = f"read {span((now - min(reads)).total_seconds())} ago, {span(behind / 1000)} behind"
    unread = len(shards) - len(reads)
    return f"{words}, {unread} of {len(shards)} shards not read yet" if unread else words


def span(seconds: float) -> str:
    if seconds < 120:
        return f"{round(max(seconds, 0), 1 if seconds < 10 else None):g} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.0f} h"


class StreamInline(StreamState, admin.StackedInline):  # type: ignore[type-arg]
    model = Stream
    form = CheckedForm
    extra = 0
    fields = ("kind", "name", "start", "poll_ms", "is_stopped", *STATE)
    readonly_fields = ("is_stopped", *STATE)  # there are actions for it


@admin.register(Stream, site=site)
class StreamAdmin(StreamState, admin.ModelAdmin):  # type: ignore[type-arg]
    form = CheckedForm
    list_display = ("name", "instance", "kind", "is_running", *STATE)
    list_filter = ("instance", "kind", "is_stopped")
    fields = ("instance", "kind", "name", "start", "poll_ms", "is_stopped", *STATE)
    readonly_fields = ("is_stopped", *STATE)  # there are actions for it
    actions = ("stop", "resume")

    @admin.action(description="Stop reading", permissions=["change"])
    def stop(self, request: HttpRequest, streams: QuerySet[Stream]) -> None:
        count = streams.filter(is_stopped=False).update(is_stopped=True)
        self.message_user(request, f"{count} stopped.", messages.SUCCESS)

    @admin.action(description="Read on from where it stopped", permissions=["change"])
    def resume(self, request: HttpRequest, streams: QuerySet[Stream]) -> None:
        count = Stream.objects.filter(pk__in=streams.values("pk")).resume()
        self.message_user(request, f"{count} resumed.", messages.SUCCESS)
