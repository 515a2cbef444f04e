import pytest

from dashboard.templatetags.masking import masked, masked_fields


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("+12025550142", "••• 0142"),
        ("sip:+12025550142@acme.example", "••• 0142"),
        ("anonymous", "number withheld"),
        ("911", "•••"),
        ("bob@acme.example", "•••"),
        ("", ""),
    ],
)
def test_a_number_shows_its_last_digits_at_most(address: str, shown: str) -> None:
    assert masked(address) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("2025550142 please", "••• 0142 please"),
        ("call 202-555-0142", "call ••• 0142"),
        ("(202) 555-0142 x5", "••• 0142 x5"),
        ("tel:12025550142", "tel:••• 0142"),
        ("sip:2025550142@acme.example", "sip:••• 0142@acme.example"),
        ('{"number":"2025550142"}', '{"number":"••• 0142"}'),
        ("since 2026-11-02 11:58:40.123456 by 2025550142", "since 2026-11-02 11:58:40.123456 by ••• 0142"),
        ("order 0a1b2c3d-0000-4000-8000-000000000001", "order 0a1b2c3d-0000-4000-8000-000000000001"),
        ("00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000001"),
        ("acme/2026/11/02/0a1b_20261102T11:58_UTC.wav", "acme/2026/11/02/0a1b_20261102T11:58_UTC.wav"),
    ],
)
def test_a_number_in_a_text_is_masked_also_without_a_plus(text: str, shown: str) -> None:
    assert masked_fields({"Attributes": {"note": text}}) == [("Attributes / note", shown)]


def test_a_record_keeps_its_times_and_ids_and_hides_its_numbers() -> None:
    record = {
        "ContactId": "0a1b2c3d-0000-4000-8000-000000000001",
        "InitiationTimestamp": "2026-11-02T09:00:00Z",
        "AWSAccountId": "123456789012",
        "InstanceARN": "arn:aws:connect:us-east-1:123456789012:instance/1",
        "Attributes": {"callback": "(202) 555-0142", "said": "call +1 202-555-0142 now", "vip": True, "none": None},
        "Queue": {"Duration": 1234567},
    }
    assert dict(masked_fields(record)) == {
        "ContactId": "0a1b2c3d-0000-4000-8000-000000000001",
        "InitiationTimestamp": "2026-11-02T09:00:00Z",
        "AWSAccountId": "123456789012",
        "InstanceARN": "arn:aws:connect:us-east-1:123456789012:instance/1",
        "Attributes / callback": "••• 0142",
        "Attributes / said": "call ••• 0142 now",
        "Attributes / vip": "yes",
        "Queue / Duration": "1234567",
    }
