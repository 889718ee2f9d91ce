"""One event of a webhook as the channel needs it. Anything LINE adds without notice is read past, never refused."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

from bot.rendering.limits import REPLY_TOKEN, REPLY_TOKEN_OLDEST

FUTURE = timedelta(minutes=5)  # a clock that is off by more is not believed


@dataclass(frozen=True)
class Event:
    """What came, from whom, and what may be answered with."""

    key: str
    """LINE's id of the event; the same when it is sent again."""
    type: str
    user: str | None = field(default=None, repr=False)
    group: bool = False
    place: str | None = field(default=None, repr=False)
    """LINE's id of the group or room."""
    active: bool = True
    token: str | None = field(default=None, repr=False)
    again: bool = False
    at: datetime = datetime.fromtimestamp(0, timezone.utc)
    message: Mapping[str, Any] = field(default_factory=dict, repr=False)
    postback: Mapping[str, Any] = field(default_factory=dict, repr=False)
    unsent: str | None = None

    @property
    def message_id(self) -> str | None:
        """LINE's id of the message, by which it may be unsent."""
        found = self.message.get("id")
        return found if isinstance(found, str) else None

    @property
    def read_token(self) -> str | None:
        """What marks the message as read where staff can take over in LINE's own chat."""
        found = self.message.get("markAsReadToken")
        return found if isinstance(found, str) else None


def read(raw: Any) -> Event | None:
    """An event from its JSON; None for what is none."""
    if not isinstance(raw, Mapping) or not isinstance(raw.get("type"), str):
        return None
    source = _mapping(raw.get("source"))
    return Event(
        key=_text(raw.get("webhookEventId")) or hashlib.sha256(_bytes(raw)).hexdigest(),
        type=raw["type"],
        user=_text(source.get("userId")),
        group=source.get("type") not in ("user", None) or "groupId" in source or "roomId" in source,
        place=_text(source.get("groupId")) or _text(source.get("roomId")),
        active=raw.get("mode") in ("active", None),
        token=_text(raw.get("replyToken")),
        again=_mapping(raw.get("deliveryContext")).get("isRedelivery") is True,
        at=_time(raw.get("timestamp")),
        message=_mapping(raw.get("message")),
        postback=_mapping(raw.get("postback")),
        unsent=_text(_mapping(raw.get("unsend")).get("messageId")),
    )


def kept(raw: Mapping[str, Any]) -> Mapping[str, Any]:
    """What of an event is stored until it is answered: of a place on the map its address, never where it lies or what it is called."""
    message = _mapping(raw.get("message"))
    if message.get("type") != "location":
        return raw
    return {**raw, "message": {k: v for k, v in message.items() if k not in ("latitude", "longitude", "title")}}


def token_lives(event: Event, received: datetime, now: datetime) -> bool:
    """Whether its reply token may still be taken: a minute from when it came to us, and never 20 after the event."""
    fresh = now - received < timedelta(seconds=REPLY_TOKEN)
    return fresh and now - event.at < timedelta(seconds=REPLY_TOKEN_OLDEST)


def is_stale(event: Event, now: datetime) -> bool:
    """Whether it is too old, or from a future no clock explains, to be acted upon: an old body sent once more changes nothing."""
    return not -FUTURE < now - event.at < timedelta(seconds=REPLY_TOKEN_OLDEST)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _time(value: Any) -> datetime:
    try:
        return datetime.fromtimestamp(value / 1000, timezone.utc)
    except (TypeError, ValueError, OverflowError, OSError):
        return datetime.fromtimestamp(0, timezone.utc)


def _bytes(raw: Mapping[str, Any]) -> bytes:
    return json.dumps(raw, sort_keys=True).encode()
