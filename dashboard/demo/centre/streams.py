"""The streams that the contact centre may have, by their names in the Kinesis stand-in."""

CONTACT_RECORDS = "acme-contact-records"
CONTACT_LENS = "acme-contact-lens"
CONTACT_EVENTS = "acme-contact-events"
AGENT_EVENTS = "acme-agent-events"

# What an instance sends is its owner's choice: only the contact records are always there.
CHOICES = {
    "records": (CONTACT_RECORDS,),
    "records,lens": (CONTACT_RECORDS, CONTACT_LENS),
    "all": (CONTACT_RECORDS, CONTACT_LENS, CONTACT_EVENTS, AGENT_EVENTS),
}

_TABLE = """
[[instance.stream]]
kind = "{kind}"
name = "{name}"
start = "trim-horizon"
poll_ms = 250
"""


def stream_tables(streams: tuple[str, ...]) -> str:
    """Their tables for Ringback's configuration file."""
    return "".join(_TABLE.format(kind=each.removeprefix("acme-"), name=each) for each in streams).strip()
