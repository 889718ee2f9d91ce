"""What an event asks for: a pure step from event to deed; `Conversing` carries deeds out, for LINE and for `ask` alike."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.channels.line.events import Event
from bot.rendering.line_flex import DATE
from bot.rendering.line_menu import LANGUAGE, TAB
from bot.rendering.line_parts import SAY

LATE = "late="
_MEDIA = ("image", "video", "audio", "file")
_ISO_DATE = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True)
class Ask:
    """Text to be answered, typed or tapped."""

    text: str


@dataclass(frozen=True)
class Tell:
    """Fixed lines of `line.yml`, said in this order; with `menu` common questions are offered below."""

    names: tuple[str, ...]
    menu: bool = False
    kind: str = "fallback"


@dataclass(frozen=True)
class Where:
    """A place on the map, of which only the prefecture is read."""

    address: str


@dataclass(frozen=True)
class Collect:
    """A late answer, asked for by a tap."""

    key: str


@dataclass(frozen=True)
class Forget:
    """Everything of this person is to go: they have left."""


@dataclass(frozen=True)
class Unsend:
    """One message is to go, everywhere."""

    message: str


@dataclass(frozen=True)
class Ignore:
    """Nothing is said or done; `why` is for the counters."""

    why: str


Deed = Ask | Tell | Where | Collect | Forget | Unsend | Ignore


def deed_of(event: Event) -> Deed:
    """The deed for an event."""
    if event.group:
        return _in_group(event)
    if event.user is None:
        return Ignore("nobody")
    if event.type == "unfollow":
        return Forget()
    if event.type == "unsend":
        return Unsend(event.unsent) if event.unsent else Ignore("unsend")
    if not event.active:
        return Ignore("standby")
    return _PEOPLE.get(event.type, lambda _: Ignore("type"))(event)


def _in_group(event: Event) -> Deed:
    """Silent among others, unless it is called by name; even then nothing is said of what it is about."""
    called = any(m.get("isSelf") is True for m in _mentions(event.message))
    if not event.active or not (event.type in ("join", "memberJoined") or (event.type == "message" and called)):
        return Ignore("group")
    return Tell(("in_group",), kind="refuse")


def _message(event: Event) -> Deed:
    kind = event.message.get("type")
    if kind == "text":
        text = event.message.get("text")
        return Ask(_without_mentions(text, event.message)) if isinstance(text, str) else Ignore("text")
    if kind == "sticker":
        return Tell(("sticker",), menu=True)
    if kind in _MEDIA:
        return Tell(("media",))
    if kind == "location":
        address = event.message.get("address")
        return Where(address if isinstance(address, str) else "")
    return Ignore("type")  # LINE adds kinds without notice


def _postback(event: Event) -> Deed:
    """Only what we put on a button ourselves. What it says is read like typed text: a tap has no power that typing lacks."""
    data = event.postback.get("data")
    if not isinstance(data, str):
        return Ignore("postback")
    if data.startswith(SAY):
        return Ask(data.removeprefix(SAY))
    if data.startswith(LATE):
        return Collect(data.removeprefix(LATE))
    if data == LANGUAGE:
        return Tell(("languages",), kind="smalltalk")
    if data.startswith(TAB):
        return Ignore("tab")  # LINE has changed the menu itself
    chosen = _chosen_date(event.postback.get("params")) if data == DATE else None
    return Ask(chosen) if chosen else Tell(("unknown_tap",), menu=True)


def _chosen_date(params: Any) -> str | None:
    chosen = params.get("date") if isinstance(params, Mapping) else None
    return chosen if isinstance(chosen, str) and _ISO_DATE.fullmatch(chosen) else None


_PEOPLE = {
    "message": _message,
    "postback": _postback,
    "follow": lambda _: Tell(("greeting", "privacy", "languages"), menu=True, kind="smalltalk"),
}


def _mentions(message: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    mention = message.get("mention")
    found = mention.get("mentionees") if isinstance(mention, Mapping) else None
    return [m for m in found if isinstance(m, Mapping)] if isinstance(found, list) else []


def _without_mentions(text: str, message: Mapping[str, Any]) -> str:
    """The text without our own name called in it; LINE counts places in UTF-16."""
    units = text.encode("utf-16-le", "surrogatepass")
    for mention in sorted(_mentions(message), key=lambda m: -_place(m.get("index"))):
        index, length = _place(mention.get("index")), _place(mention.get("length"))
        if mention.get("isSelf") is True and index >= 0 and length > 0:
            units = units[: 2 * index] + units[2 * (index + length) :]
    left = units.decode("utf-16-le", "replace").strip()
    return left if any(not unicodedata.category(c).startswith("C") for c in left) else text


def _place(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else -1
