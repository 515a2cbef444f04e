from django.db import models


class Segment(models.Model):
    """One turn of a conversation: first pieces, then final, in one row. Partitioned by the call's filed_on.

    Nothing holds a foreign key to it, and it holds none: a partition is dropped whole.
    """

    pk = models.CompositePrimaryKey("filed_on", "call_id", "turn_id")
    filed_on = models.DateField()
    call_id = models.BigIntegerField()
    turn_id = models.CharField(max_length=256)
    number = models.BigIntegerField(help_text="The call's number when it changed: what is new since.")
    kind = models.CharField(max_length=16)
    role = models.CharField(max_length=32)
    participant_id = models.CharField(max_length=256)
    display_name = models.CharField(max_length=256)
    content = models.TextField()
    pieces = models.JSONField(default=dict)
    is_partial = models.BooleanField()
    begin_ms = models.BigIntegerField(null=True)
    end_ms = models.BigIntegerField(null=True)
    said_at = models.DateTimeField(null=True)
    sentiment = models.CharField(max_length=16, null=True)  # noqa: DJ001 - as the record: absent is not neutral
    issues = models.JSONField(default=list)
    is_redacted = models.BooleanField()
    is_gone = models.BooleanField(help_text="A tombstone: to be taken off the screen.")

    class Meta:
        managed = False
        db_table = "transcripts_segment"

    def __str__(self) -> str:
        return f"{self.call_id}/{self.turn_id}"
