"""Every limit of LINE's messages, actions and menus by name, how LINE counts, and a check of what we are about to send.

Sources: LINE's reference and OpenAPI description, as gathered in docs/line.md. Where older guides say less, ours is the smaller.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import regex

# --- a request
MESSAGES_PER_REQUEST = 5
REQUEST_BYTES = 2_000_000

# --- text, in UTF-16 code units
TEXT = 5000
ALT_TEXT = 1500
ALT_TEXT_AIM = 60  # what notifications and the list of chats show; neutral and short
URI = 1000
CLIPBOARD = 1000
POSTBACK_DATA = 300
SENDER_NAME = 20
URI_SCHEMES = ("http", "https", "line", "tel")

# --- in grapheme clusters
QUICK_REPLY_LABEL = 20
TEMPLATE_LABEL = 20
MENU_LABEL = 20
FLEX_LABEL = 40
DISPLAY_TEXT = 300
MESSAGE_ACTION_TEXT = 300
CHAT_BAR_TEXT = 14
MENU_NAME = 300
BUTTONS_TEXT, BUTTONS_TEXT_WITH_TITLE, TEMPLATE_TITLE, CONFIRM_TEXT = 160, 60, 40, 240
CAROUSEL_TEXT, CAROUSEL_TEXT_WITH_TITLE = 120, 60

# --- how many
QUICK_REPLIES = 13
BUTTONS_ACTIONS, CONFIRM_ACTIONS = 4, 2
CAROUSEL_COLUMNS, CAROUSEL_ACTIONS = 10, 3
FLEX_BUBBLES = 12
MENU_AREAS = 20
MENUS_PER_ACCOUNT = 1000

# --- bytes of JSON
BUBBLE_BYTES = 30_000
CAROUSEL_BYTES = 50_000

# --- menus
MENU_WIDTH = range(800, 2501)
MENU_MIN_HEIGHT = 250
MENU_MIN_RATIO = 1.45
MENU_IMAGE_BYTES = 1_000_000
MENU_ALIAS = re.compile(r"[a-z0-9_-]{1,32}")

# --- time, in seconds
ACKNOWLEDGE = 2.0
REPLY_TOKEN = 60.0
REPLY_TOKEN_OLDEST = 20 * 60.0
LOADING = range(5, 61, 5)

# --- requests
REPLIES_PER_SECOND = 2000
MULTICAST_PER_SECOND = 200
BROADCAST_PER_HOUR = 60
MENU_CHANGES_PER_HOUR = 100

WEBHOOK_BYTES = 1 << 20  # ours: LINE names none


def u16(text: str) -> int:
    """Length in UTF-16 code units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def graphemes(text: str) -> int:
    """Length as people see it: 🏳️‍🌈 is one."""
    return len(regex.findall(r"\X", text))


def json_bytes(value: Any) -> int:
    """Size of a value as we send it."""
    return len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass"))


def request_faults(messages: Sequence[Mapping[str, Any]]) -> list[str]:
    """What LINE would refuse in the messages of one request; empty when all is well."""
    found = [f"{len(messages)} messages"] if not 1 <= len(messages) <= MESSAGES_PER_REQUEST else []
    if json_bytes(list(messages)) > REQUEST_BYTES:
        found.append("request too large")
    for number, message in enumerate(messages):
        found += [f"messages[{number}]: {fault}" for fault in message_faults(message)]
    return found


def message_faults(message: Mapping[str, Any]) -> list[str]:
    """What LINE would refuse in one message."""
    return list(_message(message))


def menu_faults(menu: Mapping[str, Any]) -> list[str]:
    """What LINE would refuse in a rich menu object."""
    return list(_menu(menu))


def _message(message: Mapping[str, Any]) -> Iterator[str]:
    kind = message.get("type")
    if kind == "text":
        yield from _length("text", message.get("text"), u16, TEXT)
    elif kind == "flex":
        yield from _length("altText", message.get("altText"), u16, ALT_TEXT)
        yield from _container(message.get("contents") or {})
    else:
        yield f"messages of type {kind!r} are not ours to send"
    items = (message.get("quickReply") or {}).get("items", ())
    if len(items) > QUICK_REPLIES or ("quickReply" in message and not items):
        yield f"{len(items)} quick replies"
    for item in items:
        yield from _action(item.get("action") or {}, QUICK_REPLY_LABEL, labelled=True)


def _container(container: Mapping[str, Any]) -> Iterator[str]:
    bubbles = container.get("contents", ()) if container.get("type") == "carousel" else (container,)
    if container.get("type") == "carousel":
        if not 1 <= len(bubbles) <= FLEX_BUBBLES:
            yield f"{len(bubbles)} bubbles"
        if json_bytes(container) > CAROUSEL_BYTES:
            yield "carousel too large"
        if len({bubble.get("size") for bubble in bubbles}) > 1:
            yield "bubbles of different widths"
    for bubble in bubbles:
        if bubble.get("type") != "bubble":
            yield f"a {bubble.get('type')!r} where a bubble belongs"
        if json_bytes(bubble) > BUBBLE_BYTES:
            yield f"bubble of {json_bytes(bubble)} bytes"
        yield from _components(bubble)


def _components(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        if value.get("type") == "text":
            if not value.get("text") and not value.get("contents"):
                yield "a text component without text"
            if value.get("wrap") is not True or value.get("scaling") is not True:
                yield "a text component that neither wraps nor scales"
        if "action" in value:
            yield from _action(value["action"], FLEX_LABEL, labelled=value.get("type") == "button")
        for key, inner in value.items():
            if key != "action":
                yield from _components(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _components(inner)


def _action(action: Mapping[str, Any], label: int, *, labelled: bool) -> Iterator[str]:
    if labelled or "label" in action:
        yield from _length("label", action.get("label"), graphemes, label)
    kind = action.get("type")
    if kind == "uri":
        yield from _length("uri", action.get("uri"), u16, URI)
        if str(action.get("uri")).partition(":")[0] not in URI_SCHEMES:
            yield "a uri of another scheme"
    elif kind == "postback":
        yield from _length("data", action.get("data"), u16, POSTBACK_DATA)
        if "displayText" in action:
            yield from _length("displayText", action["displayText"], graphemes, DISPLAY_TEXT)
    elif kind == "message":
        yield from _length("text", action.get("text"), graphemes, MESSAGE_ACTION_TEXT)
    elif kind == "clipboard":
        yield from _length("clipboardText", action.get("clipboardText"), u16, CLIPBOARD)
    elif kind in ("datetimepicker", "richmenuswitch"):
        yield from _length("data", action.get("data"), u16, POSTBACK_DATA)
        alias = action.get("richMenuAliasId")
        if kind == "richmenuswitch" and not (isinstance(alias, str) and MENU_ALIAS.fullmatch(alias)):
            yield f"alias {alias!r}"
    else:
        yield f"actions of type {kind!r} are not ours to send"


def _menu(menu: Mapping[str, Any]) -> Iterator[str]:
    width, height = menu["size"]["width"], menu["size"]["height"]
    if width not in MENU_WIDTH or height < MENU_MIN_HEIGHT or width / height < MENU_MIN_RATIO:
        yield f"size {width}x{height}"
    yield from _length("name", menu.get("name"), graphemes, MENU_NAME)
    yield from _length("chatBarText", menu.get("chatBarText"), graphemes, CHAT_BAR_TEXT)
    areas = menu.get("areas") or ()
    if not 1 <= len(areas) <= MENU_AREAS:
        yield f"{len(areas)} areas"
    for area in areas:
        bounds = area["bounds"]
        right, bottom = bounds["x"] + bounds["width"], bounds["y"] + bounds["height"]
        if bounds["x"] < 0 or bounds["y"] < 0 or right > width or bottom > height:
            yield "an area outside the picture"
        yield from _action(area["action"], MENU_LABEL, labelled=True)


def _length(name: str, value: Any, length: Any, limit: int) -> Iterator[str]:
    if not isinstance(value, str) or not value.strip():
        yield f"{name} is empty"
    elif length(value) > limit:
        yield f"{name} of {length(value)}, {limit} at most"
