"""`ask` on LINE: an event as LINE would send it, through the channel's own reading and deeds, without a network."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass, field
from typing import Any

from rasa.core.channels.channel import UserMessage

from bot.channels.line import events
from bot.channels.line.conversing import Conversing, Message
from bot.channels.line.deeds import Forget, deed_of
from bot.channels.line.memory import forget
from bot.knowledge.loader import load
from bot.rendering.line_parts import SAY

_USER = "U" + "0" * 32
_MEDIA = ("image", "video", "audio", "file", "sticker")
_IN_GROUP = ("join", "memberJoined", "leave", "memberLeft")


@dataclass
class Said:
    """What was said, and what Rasa was given to read if it was asked."""

    messages: list[Message] = field(default_factory=list)
    heard: str | None = None


class Asking:
    """Holds LINE conversations for `ask`, tests and evaluation."""

    def __init__(self, agent: Any) -> None:
        """Takes the agent that serves people."""
        self._agent = agent
        self._heard: str | None = None
        self._conversing = Conversing(load(), self._pass_on, lambda: agent)

    async def _pass_on(self, message: UserMessage) -> None:
        self._heard = message.text
        await self._agent.handle_message(message)

    async def say(
        self,
        conversation: str,
        text: str,
        lang: str | None = None,
        kind: str = "message",
        message_id: str | None = None,
    ) -> Said:
        """One event of a kind LINE knows; `text` is what it carries: words, a postback's data, an address."""
        event = events.read(raw_event(kind, text))
        assert event is not None
        deed = deed_of(event)
        if isinstance(deed, Forget):
            await forget(self._agent, conversation)
            return Said()
        self._heard = None
        messages = await self._conversing.messages(
            deed, conversation, lang=lang, chosen=lang is not None, message_id=message_id
        )
        return Said(messages, self._heard)


def raw_event(kind: str, text: str) -> dict[str, Any]:
    """The event's JSON."""
    made: dict[str, Any] = {
        "type": kind,
        "mode": "active",
        "timestamp": int(time.time() * 1000),
        "source": {"type": "user", "userId": _USER},
        "webhookEventId": secrets.token_hex(13),
        "replyToken": secrets.token_hex(16),
    }
    if kind == "message":
        made["message"] = {"id": "1", "type": "text", "text": text}
    elif kind in _MEDIA:
        made |= {"type": "message", "message": {"id": "1", "type": kind}}
    elif kind == "location":
        made |= {"type": "message", "message": {"id": "1", "type": kind, "address": text}}
    elif kind == "postback":
        known = text.startswith((SAY, "late=", "tab=", "date="))
        made["postback"] = {"data": text if known else SAY + text}
    elif kind == "group":
        made |= {"type": "message", "message": {"id": "1", "type": "text", "text": text}}
    if kind == "group" or kind in _IN_GROUP:
        made["source"] = {"type": "group", "groupId": "C" + "0" * 32, "userId": _USER}
    return made
