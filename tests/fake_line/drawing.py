"""Draws LINE messages as HTML, near enough to a phone to see whether they are good to read."""

from __future__ import annotations

from html import escape
from typing import Any

SIZES = {"xxs": 11, "xs": 13, "sm": 14, "md": 16, "lg": 19, "xl": 22, "xxl": 29}
GAPS = {"none": 0, "xs": 2, "sm": 4, "md": 8, "lg": 12, "xl": 16, "xxl": 20}
STYLE = """
body{margin:0;background:#8cabd9;font-family:'Noto Sans CJK JP',sans-serif;width:390px;padding:12px 10px 20px;box-sizing:border-box}
.me{display:flex;justify-content:flex-end;margin:14px 0 10px}.me span{background:#8de055;border-radius:16px;padding:8px 13px;font-size:15px;max-width:260px;overflow-wrap:anywhere}
.bot{display:flex;margin:6px 0}.face{flex:0 0 34px;height:34px;border-radius:50%;background:#0017c1;color:#fff;font-size:17px;display:grid;place-items:center;margin-right:6px}
.name{font-size:11px;color:#223;margin:0 0 3px}.bubble{border-radius:17px;overflow:hidden;background:#fff;box-shadow:0 1px 2px #0003}
.giga{width:318px}.t{line-height:1.45;overflow-wrap:anywhere;white-space:pre-wrap}.box{display:flex;box-sizing:border-box;min-width:0}
.vertical{flex-direction:column}.horizontal,.baseline{flex-direction:row}.qr{display:flex;gap:6px;overflow:hidden;margin:8px 0 0 40px}
.qr span{background:#fff;border-radius:18px;padding:7px 13px;font-size:13px;white-space:nowrap}.alt{font-size:11px;color:#123;background:#fff8;border-radius:8px;padding:2px 8px;margin:0 0 4px 40px;display:inline-block}
"""


def page(turns: list[tuple[str, list[dict[str, Any]]]]) -> str:
    """A conversation: what was said and what came back."""
    parts = []
    for said, messages in turns:
        shown = "".join(map(_message, messages))
        parts.append(f'<section><div class="me"><span>{escape(said)}</span></div>{shown}</section>')
    return f"<!doctype html><meta charset=utf-8><style>{STYLE}</style><body>{''.join(parts)}"


def _message(message: dict[str, Any]) -> str:
    if message["type"] == "text":
        inner = f'<div class="bubble" style="padding:10px 14px">{_text({"text": message["text"]})}</div>'
    else:
        contents = message["contents"]
        bubbles = contents["contents"] if contents["type"] == "carousel" else [contents]
        inner = "".join(f'<div class="bubble {b.get("size", "mega")}">{_part(b["body"])}</div>' for b in bubbles)
    alt = f'<div class="alt">通知：{escape(message.get("altText", ""))}</div>'
    items = (message.get("quickReply") or {}).get("items", [])
    quick = "".join(f'<span>{escape(i["action"]["label"])}</span>' for i in items)
    return f'{alt}<div class="bot"><div class="face">と</div><div>{inner}</div></div><div class="qr">{quick}</div>'


def _part(part: dict[str, Any], parent: str = "vertical") -> str:
    return {"text": _text, "box": _box, "separator": _rule}[part["type"]](part, parent)


def _text(part: dict[str, Any], parent: str = "vertical") -> str:
    style = [f"font-size:{SIZES[part.get('size', 'md')]}px", f"color:{part.get('color', '#111')}"]
    style += ["font-weight:700"] if part.get("weight") == "bold" else []
    style += ["text-decoration:underline"] if part.get("decoration") == "underline" else []
    style += [f"line-height:calc(1.25em + {part['lineSpacing']})"] if part.get("lineSpacing") else []
    return f'<div class="t" style="{";".join(style + _flex(part, parent))}">{escape(part["text"])}</div>'


def _flex(part: dict[str, Any], parent: str) -> list[str]:
    if parent == "vertical":
        return []
    grow = part.get("flex", 1)
    return ["flex:0 0 auto"] if grow == 0 else [f"flex:{grow} 1 0"]


def _box(part: dict[str, Any], parent: str = "vertical") -> str:
    style = [f"gap:{GAPS[part.get('spacing', 'none')]}px"]
    for name, css in (
        ("paddingAll", "padding"),
        ("backgroundColor", "background"),
        ("cornerRadius", "border-radius"),
        ("paddingStart", "padding-left"),
    ):
        if part.get(name):
            style.append(f"{css}:{part[name]}")
    if part.get("borderWidth", "none") != "none":
        style.append(f"border:{part['borderWidth']} solid {part['borderColor']}")
    if part.get("margin"):
        style.append(f"margin-top:{GAPS[part['margin']]}px")
    inner = "".join(_part(p, part["layout"]) for p in part["contents"])
    return f'<div class="box {part["layout"]}" style="{";".join(style + _flex(part, parent))}">{inner}</div>'


def _rule(part: dict[str, Any], parent: str = "vertical") -> str:
    return f'<div style="height:1px;background:{part.get("color", "#ddd")};margin:4px 0"></div>'
