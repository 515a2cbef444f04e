"""Contact Lens for chat, version 2.0.0."""

from msgspec import field

from calls.connect.parts import ContactId, Moment
from calls.connect.parts import Part as DatedPart
from transcripts.lens import items
from transcripts.lens.wire import (
    CharacterOffsets,
    Code,
    ExtractedInformation,
    Id,
    Language,
    Name,
    Part,
    PostContactSummary,
    Role,
    sentiment_of,
)


class Time(DatedPart, frozen=True):
    absolute_time: Moment


class Transcript(Part, frozen=True):
    id: Id
    participant_id: Name
    participant_role: Role
    content: str
    time: Time
    display_name: Name | None = None
    sentiment: str | None = None

    def item(self, is_redacted: bool) -> items.Transcript:
        return items.Transcript(
            id=self.id,
            speaker=items.Speaker(self.participant_role, self.participant_id, self.display_name or ""),
            text=self.content,
            sentiment=sentiment_of(self.sentiment),
            said_at=self.time.absolute_time,
            is_redacted=is_redacted,
        )


class Event(Part, frozen=True):
    id: Id
    event_type: str
    time: Time
    participant_id: Name | None = None
    participant_role: Role | None = None
    display_name: Name | None = None

    def item(self, is_redacted: bool) -> items.Event:
        speaker = items.Speaker(self.participant_role or "", self.participant_id or "", self.display_name or "")
        return items.Event(self.id, speaker, self.event_type, self.time.absolute_time, is_redacted)


class Attachment(Part, frozen=True):
    attachment_name: str


class Attachments(Part, frozen=True):
    id: Id
    participant_id: Name
    participant_role: Role
    attachments: list[Attachment]
    time: Time
    display_name: Name | None = None

    def item(self, is_redacted: bool) -> items.Attachments:
        speaker = items.Speaker(self.participant_role, self.participant_id, self.display_name or "")
        names = [each.attachment_name for each in self.attachments]
        return items.Attachments(self.id, speaker, names, self.time.absolute_time, is_redacted)


class TranscriptItem(Part, frozen=True):
    id: Id
    character_offsets: CharacterOffsets | None = None

    def point(self) -> items.Point:
        at = self.character_offsets
        return [self.id, at.begin_offset_char, at.end_offset_char] if at else [self.id, None, None]


class TranscriptItems(Part, frozen=True):
    transcript_items: list[TranscriptItem] | None = None


class Issues(Part, frozen=True):
    issues_detected: list[TranscriptItems] | None = None

    def item(self, is_redacted: bool) -> items.Issues:
        inside = [item for issue in self.issues_detected or () for item in issue.transcript_items or ()]
        offsets = [(each.id, each.character_offsets) for each in inside]
        found = [(turn, at.begin_offset_char, at.end_offset_char) for turn, at in offsets if at]
        return items.Issues(found, is_redacted)


class MatchedDetail(Part, frozen=True):
    points_of_interest: list[TranscriptItems] | None = None
    rule_id: str | None = None

    def match(self) -> items.Match:
        points = [item.point() for each in self.points_of_interest or () for item in each.transcript_items or ()]
        return items.Match(points, self.rule_id)


class Categories(Part, frozen=True):
    matched_details: dict[str, MatchedDetail | None] | None = None

    def item(self) -> items.Categories:
        details = self.matched_details or {}
        return items.Categories({name: (detail or MatchedDetail()).match() for name, detail in details.items()})


class Segment(Part, frozen=True):
    transcript: Transcript | None = None
    event: Event | None = None
    attachments: Attachments | None = None
    issues: Issues | None = None
    categories: Categories | None = None
    post_contact_summary: PostContactSummary | None = None
    extracted_information: ExtractedInformation | None = None

    def items(self, is_redacted: bool) -> list[items.Item]:
        said = self.transcript, self.event, self.attachments, self.issues
        about = self.categories, self.post_contact_summary, self.extracted_information
        return [*(each.item(is_redacted) for each in said if each), *(each.item() for each in about if each)]


class StreamingSettings(Part, frozen=True):
    language_code: Language | None = None


class ChatRecord(Part, frozen=True):
    contact_id: ContactId
    channel: Code
    event_type: Code = field(name="StreamingEventType")
    instance_id: str | None = None
    # STARTED and SEGMENTS have the one, COMPLETED and FAILED the other.
    streaming_settings: StreamingSettings | None = None
    streaming_event_settings: StreamingSettings | None = None
    output_type: str | None = None
    segments: list[Segment] | None = None

    @property
    def language(self) -> str | None:
        settings = self.streaming_settings or self.streaming_event_settings
        return settings.language_code if settings else None

    def items(self) -> list[items.Item]:
        is_redacted = self.output_type == "Redacted"
        return [item for segment in self.segments or () for item in segment.items(is_redacted)]
