"""Only the database's clock decides."""

from datetime import timedelta

from django.db.models import DateTimeField, Value
from django.db.models.expressions import Combinable, CombinedExpression
from django.db.models.functions import Now


def in_seconds(seconds: float) -> CombinedExpression:
    return CombinedExpression(Now(), Combinable.ADD, Value(timedelta(seconds=seconds)), output_field=DateTimeField())
