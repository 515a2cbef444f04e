from typing import Any

from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.core.management import BaseCommand, CommandError
from django.db import transaction
from django.db.models import Model

from calls.secrets import SecretField


class Command(BaseCommand):
    help = (
        "Encrypt all stored secrets anew with the first key. To change the key: put a new one before the others in"
        " RINGBACK_SECRETS_KEYS (or in var/secrets_keys, with a comma between), restart Ringback, run this,"
        " and take the old keys away."
    )

    def handle(self, *args: object, **options: Any) -> None:
        try:
            with transaction.atomic():
                rotated = sum(_rotate(model) for model in apps.get_models())
        except ImproperlyConfigured as error:
            raise CommandError(f"{error} Nothing was changed.") from None
        self.stdout.write(f"{rotated} secret{'' if rotated == 1 else 's'} encrypted with the first key")


def _rotate(model: type[Model]) -> int:
    names = [field.name for field in model._meta.local_fields if isinstance(field, SecretField)]
    if not names:
        return 0
    rotated = 0
    for row in model._default_manager.select_for_update():
        row.save(update_fields=names)  # a secret is plain in Python: writing encrypts it
        rotated += sum(bool(getattr(row, name)) for name in names)
    return rotated
