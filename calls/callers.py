"""Whom a call's caller is merged by."""

from collections.abc import Iterable

import phonenumbers

from calls.connect.contact_record import ContactRecord
from calls.models import Caller, Instance
from calls.models.bulk import add_rows


def caller_key(record: ContactRecord) -> str | None:
    """E.164, or `customer:` and the id of a chat's customer; None for withheld and unparseable: never merged."""
    if not record.is_voice and record.customer_id:
        return f"customer:{record.customer_id}"[:300]
    return number_key(record.caller_address or "")


def number_key(address: str) -> str | None:
    try:
        number = phonenumbers.parse(address, None)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def lock_callers(instance: Instance, keys: Iterable[str]) -> dict[str, Caller]:
    """The callers by key, made where missing, and locked in order until the transaction ends."""
    wanted = sorted(set(keys))
    add_rows(Caller(instance=instance, key=key) for key in wanted)
    locked = Caller.objects.filter(instance=instance, key__in=wanted).order_by("pk").select_for_update()
    return {caller.key: caller for caller in locked}
