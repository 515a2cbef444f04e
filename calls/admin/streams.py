from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html

from calls.admin.set_up import CheckedForm, SetUp
from calls.admin.site import site
from calls.admin.spans import since, span
from calls.alarms import alarms
from calls.models import DeadLetter, Gap, Stream
from calls.progress import Progress, ShardProgress, watched

SET_UP = ("kind", "name", "start", "poll_ms", "is_fanned_out", "behind_limit_s")
STATE = ("state", "read_up_to", "newest", "speed", "letters", "gaps", "unread")


class StreamState(SetUp):
    """How far a stream has been read, in words."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Stream]:
        letters = _count(DeadLetter.objects.filter(replayed_at=None, expired_at=None))
        return watched(Stream.objects.annotate(letters=letters, gaps_open=_count(Gap.objects.filter(closed_at=None))))

    def state(self, stream: Stream) -> str:
        each = Progress.of(stream)
        if stream.is_stopped:
            why = f"stopped: {stream.stopped_because}" if stream.stopped_because else "stopped by hand"
            return _wrong(why, since(stream.stopped_at, each.now))
        if stream.trouble:
            return _wrong(stream.trouble)
        if each.age_s is not None and each.age_s > stream.behind_limit_s:
            return _wrong("behind its limit", f"of {span(stream.behind_limit_s)}")
        return "waits for its first read" if each.is_never_read else "is read"

    def read_up_to(self, stream: Stream) -> str:
        each = Progress.of(stream)
        words = "never read" if each.age_s is None else f"{span(each.age_s)} ago"
        return f"{words}; {len(each.unread)} of {len(each.open)} shards never" if each.unread and each.age_s else words

    @admin.display(description="newest record")
    def newest(self, stream: Stream) -> str:
        each = Progress.of(stream)
        return since(each.newest_at, each.now) or "none yet"

    @admin.display(description="records")
    def speed(self, stream: Stream) -> str:
        each = Progress.of(stream)
        return f"{each.last_minute[0] / 60:.3g} a second, {each.records} in all"

    @admin.display(description="dead letters")
    def letters(self, stream: Any) -> str:
        address = reverse("admin:calls_deadletter_changelist")
        return format_html('<a href="{}?stream__id__exact={}">{}</a>', address, stream.pk, stream.letters or 0)

    def gaps(self, stream: Any) -> str:
        address = reverse("admin:calls_gap_changelist")
        return format_html(
            '<a href="{}?stream__id__exact={}&is=open">{}</a>', address, stream.pk, stream.gaps_open or 0
        )

    @admin.display(description="kinds that nothing reads")
    def unread(self, stream: Stream) -> str:
        return ", ".join(f"{count} {kind}" for kind, count in sorted(stream.unread_kinds.items())) or "none"


def _wrong(what: str, more: str = "") -> str:
    return format_html('<strong class="wrong">{}</strong> {}', what, more)


def _count(rows: Any) -> Subquery:
    of_each = rows.filter(stream=OuterRef("pk")).order_by().values("stream").annotate(count=Count("pk"))
    return Subquery(of_each.values("count"))


def _in_words(each: ShardProgress) -> dict[str, object]:
    shard, behind_ms = each.shard, each.shard.behind_ms
    return {
        "id": shard.shard_id,
        "state": _state(each),
        "read": since(shard.read_at, each.now) or "never",
        "behind": "not known" if behind_ms is None else span(behind_ms / 1000),
        "newest": since(shard.newest_at, each.now) or "none yet",
        "records": shard.records,
        "last_minute": each.last_minute[0],
        "unusable": shard.unusable,
        "holder": _holder(each),
        "epoch": shard.epoch,
    }


def _state(each: ShardProgress) -> str:
    if each.shard.is_ended:
        return "read to its end"
    return "waits for its parents" if each.waits_for_parents else "open"


def _holder(each: ShardProgress) -> str:
    ends_at = each.shard.lease_expires_at
    if not each.shard.owner or ends_at is None:
        return "nobody"
    left_s = (ends_at - each.now).total_seconds()
    return f"{each.shard.owner}, " + (f"{span(left_s)} more" if left_s > 0 else f"ran out {span(-left_s)} ago")


class StreamInline(StreamState, admin.StackedInline):  # type: ignore[type-arg]
    model = Stream
    form = CheckedForm
    extra = 0
    show_change_link = True
    fields = (*SET_UP, *STATE)
    readonly_fields = STATE


@admin.register(Stream, site=site)
class StreamAdmin(StreamState, admin.ModelAdmin):  # type: ignore[type-arg]
    form = CheckedForm
    list_display = ("name", "instance", "kind", *STATE)
    list_filter = ("instance", "kind", "is_stopped")
    readonly_fields = (*STATE, "shards")
    actions = ("stop", "resume")
    change_form_template = "admin/calls/stream/change_form.html"

    class Media:
        css = {"all": ["calls/admin.css"]}

    def get_fieldsets(self, request: HttpRequest, obj: Stream | None = None) -> Any:
        set_up = (None, {"fields": ("instance", *SET_UP)})
        return [("Now", {"fields": (*STATE, "shards")}), ("Set-up", set_up[1])] if obj else [set_up]

    def shards(self, stream: Stream) -> str:
        rows = [_in_words(each) for each in Progress.of(stream).shards]
        return render_to_string("admin/calls/stream/shards.html", {"shards": rows})

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        of_stream = [alarm for alarm in alarms() if alarm.stream and str(alarm.stream.pk) == object_id]
        context = {**(extra_context or {}), "alarms": of_stream}
        return super().changeform_view(request, object_id, form_url, context)

    @admin.action(description="Stop reading", permissions=["change"])
    def stop(self, request: HttpRequest, streams: QuerySet[Stream]) -> None:
        reading = Stream.objects.filter(pk__in=streams.values("pk"), is_stopped=False)
        count = reading.update(is_stopped=True, stopped_because="", stopped_at=Now())
        self.message_user(request, f"{count} stopped.", messages.SUCCESS)

    @admin.action(description="Read on from where it stopped", permissions=["change"])
    def resume(self, request: HttpRequest, streams: QuerySet[Stream]) -> None:
        count = Stream.objects.filter(pk__in=streams.values("pk")).resume()
        self.message_user(request, f"{count} resumed.", messages.SUCCESS)
