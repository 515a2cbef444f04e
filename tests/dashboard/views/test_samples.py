"""What the page of each sample record must show, brought in as it would come on a stream."""

import json
import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from calls.models import Call, Instance, Person, Stream
from calls.streams.writer import write
from tests.calls.world import now

SAMPLES = Path(__file__).parents[2] / "samples"
ARN = "arn:aws:connect:us-east-1:123456789012:instance/"

PAGES = {
    "contact_lens_voice/01_started.json": ["In progress", "VOICE"],
    "contact_lens_voice/02_segments_all_kinds.json": [
        "How can I help you?",
        "I'm having trouble submitting the application",
        "CreditCardRelated",
        "CardBrokenIssue",
        "negative",
        "Customer contacted Example Corp because of an issue with their application.",
    ],
    "contact_lens_voice/05_utterance_with_sentiment_no_transcript_id.json": ["Testing.", "speaking"],
    "contact_lens_voice/06_categories_only.json": ["keyWord"],
    "contact_lens_voice/07_categories_sentiment_rule_empty_points.json": ["NegativeCustomer"],
    "contact_lens_voice/10_post_contact_summary_failed.json": ["INSUFFICIENT_CONVERSATION_CONTENT"],
    "contact_lens_chat/01_started.json": ["In progress", "CHAT"],
    "contact_lens_chat/02_segments_all_kinds.json": [
        "Hello, thank you for contacting Example Corp. My name is Ray.",
        "Hi",
        "Lily.jpg",
        "participant left",
        "Customer contacted Example Corp because of an issue with their bank account",
    ],
    "ctr_partial/04_chat_agent_disconnect_2025.json": ["Answered", "AGENT_DISCONNECT", "CHAT"],
    "ctr_partial/05_answered_veratrace_invented.json": ["Answered", "BasicQueue", "jsmith", "••• 1234", "enterprise"],
    "ctr_partial/06_answered_contact_lens_veratrace_invented.json": ["Answered", "TechSupport", "marcus.johnson"],
    "ctr_partial/07_virtual_agent_resolved_chat_veratrace_invented.json": ["Self-served", "GeneralSupport"],
    "ctr_partial/08_virtual_agent_transferred_chat_veratrace_invented.json": ["Answered", "sarah.chen"],
    "ctr/02c_transferred_out_delivery3_six_days_later.json": [
        "Passed on",
        "TCC Refrig AC LLA",
        "agent.two",
        "••• 0102",
    ],
    "ctr_synthetic/09b_transfer_second_leg.json": ["Line lost", "Tier 2", "TELECOM_PROBLEM"],
}


def page_of(record: dict[str, Any], *more: dict[str, Any]) -> str:
    arn = record.get("InstanceARN") or ARN + record.get("InstanceId", "00000000-0000-4000-8000-000000000001")
    instance = Instance.objects.create(alias="acme", arn=arn)
    stream = Stream.objects.create(instance=instance, kind="contact-records", name="records")
    assert write(stream, [(json.dumps(each).encode(), now()) for each in (record, *more)]) == 0
    client = Client()
    client.force_login(Person.objects.create_superuser("root"))
    answer = client.get(Call.objects.get(contact_id=record["ContactId"]).get_absolute_url())
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", "", answer.content.decode())))


def sample(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((SAMPLES / name).read_text())
    return found


@pytest.mark.django_db
@pytest.mark.parametrize("name", PAGES)
def test_the_page_of_a_sample_shows_its_facts(name: str) -> None:
    page = page_of(sample(name))
    for fact in PAGES[name]:
        assert fact in page


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["contact_lens_voice/03_completed.json", "contact_lens_chat/04_failed.json"])
def test_a_conversation_that_ended_is_not_in_progress(name: str) -> None:
    assert "In progress" not in page_of(sample(name))
