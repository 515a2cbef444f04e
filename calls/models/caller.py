from django.db import models


class Caller(models.Model):
    """Whom cases are merged by: an E.164 number, or `customer:` and the id of a chat's customer."""

    instance = models.ForeignKey("calls.Instance", models.CASCADE)
    key = models.CharField(max_length=300)
    name = models.CharField(max_length=200, blank=True, default="", db_default="", help_text="By a contact attribute.")
    tier = models.CharField(max_length=100, blank=True, default="", db_default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["instance", "key"], name="one_caller_per_key")]

    def __str__(self) -> str:
        return f"Caller {self.pk}"
