"""Contact Lens for voice, version 1.0.0."""

from collections.abc import Sequence

from calls.connect.parts import ContactId
from transcripts.lens import items
from transcripts.lens.wire import (
    CharacterOffsets,
    Code,
    ExtractedInformation,
    Id,
    Language,
    Name,
    Offset,
    Part,
    PostContactSummary,
    Role,
    sentiment_of,
)


class IssueDetected(Part, frozen=True, gc=False):
    character_offsets: CharacterOffsets | None = None


class Utterance(Part, frozen=True, gc=False):
    id: Id
    transcript_id: Name | None = None
    participant_id: Name | None = None
    participant_role: Role | None = None
    partial_content: str | None = None
    begin_offset_millis: Offset | None = None
    end_offset_millis: Offset | None = None
    sentiment: str | None = None

    def item(self) -> items.Utterance:
        return items.Utterance(
            id=self.id,
            transcript_id=self.transcript_id or None,
            speaker=items.Speaker(self.participant_role or "", self.participant_id or ""),
            text=self.partial_content or "",
            begin_ms=self.begin_offset_millis,
            end_ms=self.end_offset_millis,
            sentiment=sentiment_of(self.sentiment),
        )


class Transcript(Part, frozen=True, gc=False):
    id: Id
    participant_id: Name
    participant_role: Role
    content: str
    begin_offset_millis: Offset
    end_offset_millis: Offset
    sentiment: str | None = None
    issues_detected: list[IssueDetected] | None = None

    def item(self) -> items.Transcript:
        offsets = [each.character_offsets for each in self.issues_detected or () if each.character_offsets]
        return items.Transcript(
            id=self.id,
            speaker=items.Speaker(self.participant_role, self.participant_id),
            text=self.content,
            sentiment=sentiment_of(self.sentiment),
            begin_ms=self.begin_offset_millis,
            end_ms=self.end_offset_millis,
            issues=[(each.begin_offset_char, each.end_offset_char) for each in offsets],
        )


class PointOfInterest(Part, frozen=True, gc=False):
    begin_offset_millis: Offset
    end_offset_millis: Offset


class MatchedDetail(Part, frozen=True, gc=False):
    points_of_interest: list[PointOfInterest] | None = None  # empty for rules on sentiment
    rule_id: str | None = None

    def match(self) -> items.Match:
        points: list[items.Point] = [
            [each.begin_offset_millis, each.end_offset_millis] for each in self.points_of_interest or ()
        ]
        return items.Match(points, self.rule_id)


class Categories(Part, frozen=True, gc=False):
    matched_categories: list[str] | None = None
    matched_details: dict[str, MatchedDetail | None] | None = None

    def item(self) -> items.Categories:
        details = dict.fromkeys(self.matched_categories or ()) | (self.matched_details or {})
        return items.Categories({name: (detail or MatchedDetail()).match() for name, detail in details.items()})


class Segment(Part, frozen=True, gc=False):
    utterance: Utterance | None = None
    transcript: Transcript | None = None
    categories: Categories | None = None
    post_contact_summary: PostContactSummary | None = None
    extracted_information: ExtractedInformation | None = None

    def items(self) -> list[items.Item]:
        members = self.utterance, self.transcript, self.categories, self.post_contact_summary
        return [member.item() for member in (*members, self.extracted_information) if member]


class VoiceRecord(Part, frozen=True, gc=False):
    contact_id: ContactId
    channel: Code
    event_type: str
    instance_id: str | None = None
    language_code: Language | None = None
    segments: Sequence[Segment] | None = None

    @property
    def language(self) -> str | None:
        return self.language_code

    def items(self) -> list[items.Item]:
        return [item for segment in self.segments or () for item in segment.items()]
