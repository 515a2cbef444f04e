"""A small file, and how tests run it."""

import io

from django.core.management import call_command

ARN = "arn:aws:connect:us-east-1:123456789012:instance/11111111-2222-4333-8444-555555555555"
KINESIS = "arn:aws:kinesis:us-east-1:123456789012:stream"

WORLD = f"""
[[salesforce]]
name = "main"
login_url = "https://acme.my.salesforce.com"
flow = "client-credentials"
client_id = "ringback"
client_secret_env = "SF_CLIENT_SECRET"
lightning_url = "https://acme.lightning.force.com"
api_version = "60.0"

[[instance]]
alias = "acme"
arn = "{ARN}"
salesforce = "main"

[[instance.stream]]
kind = "contact-records"
name = "acme-contact-records"
start = "latest"
poll_ms = 500

[[instance.stream]]
kind = "contact-lens"
name = "{KINESIS}/acme-lens"

[instance.policy]
preset = "watch"
short_abandon_s = 7
outcomes.abandoned = false

[[instance.policy.mark]]
number = "+12025550142"
outcome = "test_call"

[[instance.policy.mark]]
hours = {{ days = ["sat", "sun"], zone = "Europe/Madrid" }}
outcome = "after_hours"

[[team]]
name = "Billing"
instance = "acme"
queues = ["Billing"]
numbers = ["+15555550100"]
agents = ["bob.hale"]
members = ["alice"]

[[person]]
username = "alice"
roles = ["supervisor"]
connect_username = "alice.moore"
salesforce_username = "alice@acme.example"
time_zone = "Europe/Madrid"

[[person]]
username = "dana"
roles = ["admin"]
"""


def configured(file: str, **options: object) -> list[str]:
    """The lines that `manage.py configure` prints."""
    out = io.StringIO()
    call_command("configure", file, stdout=out, **options)
    return out.getvalue().splitlines()
