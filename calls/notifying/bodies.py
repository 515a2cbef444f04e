"""A message as the body of a webhook, as each kind of receiver wants it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import msgspec

from calls.models import AlertChannel

from .message import Line, Message

VERSION = 1  # of the plain body; docs/alerts.md says what is in it


def body_of(channel: AlertChannel, message: Message) -> bytes:
    shape = {AlertChannel.Kind.SLACK: _slack, AlertChannel.Kind.TEAMS: _teams}
    return msgspec.json.encode(shape.get(AlertChannel.Kind(channel.kind), _plain)(message))


def _plain(message: Message) -> dict[str, Any]:
    return {
        "version": VERSION,
        "team": message.team,
        "is_test": message.is_test,
        "alerts": [asdict(line) for line in message.lines],
        "more": message.more,
        "link": message.link,
    }


def _slack(message: Message) -> dict[str, Any]:
    """https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks"""
    blocks = [_section(_told_to_slack(line)) for line in message.lines]
    foot = f"<{message.link}|{_for_slack(_foot(message))}>"
    return {"text": _for_slack(message.subject), "blocks": [*blocks, _section(foot)]}


def _told_to_slack(line: Line) -> str:
    return f"*<{line.link}|{_for_slack(line.title)}>* ({line.severity})\n{_for_slack(line.sentence)}"


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def _for_slack(text: str) -> str:
    """Its own escapes; a bar or a bracket would end a link's name."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("|", "/")


def _teams(message: Message) -> dict[str, Any]:
    """An adaptive card in an envelope, as workflows of Microsoft Teams take it."""
    blocks = [block for line in message.lines for block in _told_to_teams(line)]
    foot = {"type": "TextBlock", "wrap": True, "text": f"[{_for_teams(_foot(message))}]({message.link})"}
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": [*blocks, foot],
    }
    return {
        "type": "message",
        "attachments": [{"contentType": "application/vnd.microsoft.card.adaptive", "content": card}],
    }


def _told_to_teams(line: Line) -> list[dict[str, Any]]:
    title = f"[{_for_teams(line.title)}]({line.link}) ({line.severity})"
    return [
        {"type": "TextBlock", "wrap": True, "weight": "Bolder", "text": title},
        {"type": "TextBlock", "wrap": True, "spacing": "None", "text": _for_teams(line.sentence)},
    ]


def _for_teams(text: str) -> str:
    """Its text blocks take a little Markdown, in which a name must not make a link."""
    return "".join(f"\\{sign}" if sign in "\\[]()*_`" else sign for sign in text)


def _foot(message: Message) -> str:
    if message.is_test:
        return f"{message.subject}. They will come here."
    return f"And {message.more} more: all alerts" if message.more else "All alerts"
