from django.core.exceptions import ImproperlyConfigured

from calls.models import AlertChannel

from .errors import UndeliveredError
from .message import trial_message
from .public_only import public_only
from .sending import send
from .webhook import Connect


def send_trial(channel: AlertChannel, connect: Connect = public_only) -> str:
    """A message that says it is a test, now and once. Returns what went wrong, which the channel then says too."""
    try:
        trouble = send(channel, trial_message(channel), connect)
    except (UndeliveredError, ImproperlyConfigured) as error:  # of a secret whose key is gone
        trouble = str(error)
    AlertChannel.objects.filter(pk=channel.pk).update(trouble=trouble)
    return trouble
