"""The parts of a Contact Lens segment that voice and chat share, as they are on the wire."""

from typing import Annotated

from msgspec import Meta, Struct

from transcripts.lens.items import Extracted, Sentiment, Summary

Id = Annotated[str, Meta(min_length=1, max_length=256)]
Name = Annotated[str, Meta(max_length=256)]
Role = Annotated[str, Meta(max_length=32)]
Code = Annotated[str, Meta(max_length=64)]
Language = Annotated[str, Meta(max_length=16)]
Offset = Annotated[int, Meta(ge=0, lt=2**31)]

_SENTIMENTS: dict[str | None, Sentiment] = {"POSITIVE": "POSITIVE", "NEUTRAL": "NEUTRAL", "NEGATIVE": "NEGATIVE"}


class Part(Struct, frozen=True, kw_only=True, rename="pascal", gc=False):
    """An object of the wire that tells no time of day: one that does is a `calls.connect.parts.Part`."""


class CharacterOffsets(Part, frozen=True, gc=False):
    begin_offset_char: Offset
    end_offset_char: Offset


class PostContactSummary(Part, frozen=True, gc=False):
    status: Code
    content: str | None = None
    failure_code: Code | None = None

    def item(self) -> Summary:
        return Summary(self.status, self.content, self.failure_code)


class ExtractedValue(Part, frozen=True, gc=False):
    content: str | None = None


class ExtractedInformation(Part, frozen=True, gc=False):
    extraction_definition_id: Id
    name: str | None = None
    display_label: str | None = None
    extracted_values: list[ExtractedValue] | None = None
    failure_code: Code | None = None

    def item(self) -> Extracted:
        values = [each.content for each in self.extracted_values or () if each.content]
        name = self.name or ""
        return Extracted(self.extraction_definition_id, name, self.display_label or name, values, self.failure_code)


def sentiment_of(word: str | None) -> Sentiment | None:
    """None for what is no sentiment of one turn, such as MIXED."""
    return _SENTIMENTS.get(word)
