"""What finds calls without a name, calls by their way into a queue, and promises."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # CONCURRENTLY

    dependencies = [("calls", "0007_stages")]

    operations = [
        AddIndexConcurrently(
            model_name="call",
            index=models.Index(
                condition=models.Q(("queue_name", ""), models.Q(("queue_arn", ""), _negated=True)),
                fields=["instance", "queue_arn"],
                name="call_unnamed_queue",
            ),
        ),
        AddIndexConcurrently(
            model_name="call",
            index=models.Index(
                condition=models.Q(("agent_username", ""), models.Q(("agent_arn", ""), _negated=True)),
                fields=["instance", "agent_arn"],
                name="call_unnamed_agent",
            ),
        ),
        AddIndexConcurrently(
            model_name="call",
            index=models.Index(
                condition=models.Q(("enqueued_at__isnull", False)), fields=["enqueued_at"], name="call_enqueued"
            ),
        ),
        AddIndexConcurrently(
            model_name="call",
            index=models.Index(
                condition=models.Q(("promise", ""), _negated=True), fields=["promise", "ended_at"], name="call_promise"
            ),
        ),
    ]
