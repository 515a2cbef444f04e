"""A message as an e-mail, through the mail server that the environment names."""

from __future__ import annotations

import smtplib
from email.utils import parseaddr

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend

from calls.models import AlertChannel

from .errors import UndeliveredError
from .message import Line, Message

NO_SERVER = "No mail server is configured: set EMAIL_URL"


def send_mail(channel: AlertChannel, message: Message) -> str:
    """Returns what is wrong although it was sent: some addresses may be refused, and others not."""
    if not settings.EMAIL_HOST:
        raise UndeliveredError(NO_SERVER)
    to = [address.strip() for address in channel.address.split(",")]
    try:
        refused = _sent(to, message)
    except smtplib.SMTPRecipientsRefused:
        raise UndeliveredError("The mail server refuses every address") from None
    except smtplib.SMTPAuthenticationError:
        raise UndeliveredError("The mail server refuses the user or the password") from None
    except smtplib.SMTPResponseException as error:
        raise UndeliveredError(f"The mail server answers {error.smtp_code}") from None
    except (smtplib.SMTPException, OSError) as error:
        raise UndeliveredError(f"The mail server cannot be reached: {type(error).__name__}") from None
    return f"The mail server refuses {refused} of {len(to)} addresses" if refused else ""


def _sent(to: list[str], message: Message) -> int:
    """How many of the addresses were refused. Django's own way to send does not say."""
    mail = EmailMessage(
        subject=f"Ringback: {message.subject}",
        body=_text(message),
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=to,
        headers={"Auto-Submitted": "auto-generated"},
    )
    backend = EmailBackend()
    backend.open()
    try:
        if backend.connection is None:
            raise UndeliveredError(NO_SERVER)
        return len(backend.connection.send_message(mail.message(), parseaddr(settings.DEFAULT_FROM_EMAIL)[1], to))
    finally:
        backend.close()


def _text(message: Message) -> str:
    if message.is_test:
        return f"This is a test. Alerts of the team {message.team} will come here.\n\n{message.link}\n"
    told = [_of(line) for line in message.lines]
    more = [f"And {message.more} more."] if message.more else []
    return "\n\n".join([*told, *more, f"All alerts: {message.link}"]) + "\n"


def _of(line: Line) -> str:
    return f"{line.title} ({line.severity}, {line.at:%Y-%m-%d %H:%M:%S} UTC)\n{line.sentence}\n{line.link}"
