from calls.models import AlertChannel

from .mail import send_mail
from .message import Message
from .public_only import public_only
from .webhook import Connect, send_webhook


def send(channel: AlertChannel, message: Message, connect: Connect = public_only) -> str:
    """Raises UndeliveredError. Returns what is wrong although it was sent, or nothing."""
    if channel.is_email:
        return send_mail(channel, message)
    send_webhook(channel, message, connect)
    return ""
