"""What LINE would say of a body: the official SDK's models first, then the limits its reference states and the SDK lets pass.

Written from LINE's reference, not from the project's own limits; runs in the fake's environment.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

import regex
from linebot.v3.messaging import (
    MarkMessagesAsReadByTokenRequest,
    PushMessageRequest,
    ReplyMessageRequest,
    RichMenuRequest,
    ShowLoadingAnimationRequest,
)

MODELS = {
    "reply": ReplyMessageRequest,
    "push": PushMessageRequest,
    "loading": ShowLoadingAnimationRequest,
    "read": MarkMessagesAsReadByTokenRequest,
    "menu": RichMenuRequest,
}


def u16(text: str) -> int:
    return len(text.encode("utf-16-be", "surrogatepass")) // 2


def g(text: str) -> int:
    return sum(1 for _ in regex.finditer(r"\X", text))


# Where a string may stand -> how it is counted and how long it may be.
LENGTHS = {
    ("message:text", "text"): (u16, 5000),
    ("message:flex", "altText"): (u16, 1500),
    ("action:uri", "uri"): (u16, 1000),
    ("action:postback", "data"): (u16, 300),
    ("action:postback", "displayText"): (g, 300),
    ("action:datetimepicker", "data"): (u16, 300),
    ("action:richmenuswitch", "data"): (u16, 300),
    ("action:message", "text"): (g, 300),
    ("action:clipboard", "clipboardText"): (u16, 1000),
}
ACTIONS = {
    "uri",
    "postback",
    "datetimepicker",
    "richmenuswitch",
    "message",
    "clipboard",
    "camera",
    "cameraRoll",
    "location",
}
NEEDED = {
    "uri": ("uri",),
    "postback": ("data",),
    "message": ("text",),
    "clipboard": ("clipboardText",),
    "datetimepicker": ("data", "mode"),
    "richmenuswitch": ("data", "richMenuAliasId"),
}


def faults(kind: str, body: Any) -> list[str]:
    """Everything wrong with the body of a call."""
    found = _through_the_sdk(MODELS[kind], body)
    if kind in ("reply", "push"):
        messages = body.get("messages") or []
        if not 1 <= len(messages) <= 5:
            found.append(f"messages: {len(messages)}")
        for number, message in enumerate(messages):
            found += [f"messages[{number}].{f}" for f in _message(message)]
    if kind == "loading" and body.get("loadingSeconds", 20) not in range(5, 61, 5):
        found.append("loadingSeconds")
    if kind == "menu":
        found += _menu(body)
    return found


def _through_the_sdk(model: Any, body: Any) -> list[str]:
    """A body that comes out of the SDK with less than went in holds something LINE does not know."""
    try:
        out = model.from_dict(body).to_dict()
    except Exception as error:
        return [f"sdk: {str(error)[:300]}"]
    return [f"sdk lost {where}" for where in _lost(body, json.loads(json.dumps(out, default=str)), "")]


def _lost(given: Any, out: Any, where: str) -> list[str]:
    if isinstance(given, dict):
        if not isinstance(out, dict):
            return [where]
        return [
            w for k, v in given.items() for w in (_lost(v, out[k], f"{where}.{k}") if k in out else [f"{where}.{k}"])
        ]
    if isinstance(given, list):
        if not isinstance(out, list) or len(out) != len(given):
            return [where]
        return [w for n, (a, b) in enumerate(zip(given, out, strict=False)) for w in _lost(a, b, f"{where}[{n}]")]
    return [] if given == out else [where]


def _message(message: dict[str, Any]) -> list[str]:
    kind = message.get("type")
    found = _strings(f"message:{kind}", message)
    items = (message.get("quickReply") or {}).get("items")
    if items is not None and not 1 <= len(items) <= 13:
        found.append(f"quickReply: {len(items)} items")
    for item in items or ():
        found += _action(item.get("action") or {}, 20, True)
    if kind == "flex":
        contents = message.get("contents") or {}
        bubbles = contents.get("contents", []) if contents.get("type") == "carousel" else [contents]
        if contents.get("type") == "carousel":
            if not 1 <= len(bubbles) <= 12:
                found.append(f"carousel of {len(bubbles)}")
            if _bytes(contents) > 50_000:
                found.append("carousel over 50 KB")
            if len({b.get("size", "mega") for b in bubbles}) > 1:
                found.append("bubbles of different widths")
        for bubble in bubbles:
            if _bytes(bubble) > 30_000:
                found.append("bubble over 30 KB")
            found += _flex(bubble)
    elif kind == "text" and not str(message.get("text", "")).strip():
        found.append("text is empty")
    return found


def _flex(value: Any) -> list[str]:
    found: list[str] = []
    if isinstance(value, list):
        return [f for v in value for f in _flex(v)]
    if not isinstance(value, dict):
        return found
    kind = value.get("type")
    if kind == "text":
        if not value.get("text") and not value.get("contents"):
            found.append("a text without text")
        if value.get("wrap") is not True:
            found.append("a text that does not wrap")
    if kind == "box" and value.get("layout") not in ("vertical", "horizontal", "baseline"):
        found.append("a box without layout")
    if kind == "box" and "contents" not in value:
        found.append("a box without contents")
    if kind == "box" and value.get("layout") == "baseline" and any(c.get("type") == "box" for c in value["contents"]):
        found.append("a box in a baseline box")
    if "action" in value:
        found += _action(value["action"], 40, kind == "button")
    return found + [f for k, v in value.items() if k != "action" for f in _flex(v)]


def _action(action: dict[str, Any], label: int, labelled: bool) -> list[str]:
    kind = action.get("type")
    found = [] if kind in ACTIONS else [f"action {kind}"]
    found += _strings(f"action:{kind}", action)
    found += [f"action {kind} without {name}" for name in NEEDED.get(str(kind), ()) if not action.get(name)]
    if labelled and not action.get("label"):
        found.append("action without label")
    if g(action.get("label") or "") > label:
        found.append(f"label of {g(action['label'])}")
    if kind == "uri" and urlsplit(action.get("uri", "")).scheme not in ("http", "https", "line", "tel"):
        found.append("uri scheme")
    if kind == "uri" and not str(action.get("uri", "")).isascii():
        found.append("uri with characters that must be encoded")
    if kind == "richmenuswitch" and not regex.fullmatch(r"[a-z0-9_-]{1,32}", action.get("richMenuAliasId", "")):
        found.append("alias")
    return found


def _strings(kind: str, value: dict[str, Any]) -> list[str]:
    found = []
    for (where, name), (length, most) in LENGTHS.items():
        if where == kind and isinstance(value.get(name), str) and not 0 < length(value[name]) <= most:
            found.append(f"{name} of {length(value[name])}")
    return found


def _menu(menu: dict[str, Any]) -> list[str]:
    width, height = menu["size"]["width"], menu["size"]["height"]
    found = []
    if not 800 <= width <= 2500 or height < 250 or width / height < 1.45:
        found.append(f"size {width}x{height}")
    if not 1 <= g(menu.get("chatBarText", "")) <= 14:
        found.append("chatBarText")
    if not 1 <= g(menu.get("name", "")) <= 300:
        found.append("name")
    if not 1 <= len(menu.get("areas", [])) <= 20:
        found.append("areas")
    for area in menu.get("areas", []):
        b = area["bounds"]
        if b["x"] < 0 or b["y"] < 0 or b["x"] + b["width"] > width or b["y"] + b["height"] > height:
            found.append("area outside")
        found += _action(area["action"], 20, False)
        if not area["action"].get("label"):
            found.append("area without label")
    return found


def _bytes(value: Any) -> int:
    return len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())
