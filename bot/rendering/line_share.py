"""What somebody passes on: title, two sentences, the day it was checked and the official page. Never anything of a conversation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from bot.rendering.cutting import sentences
from bot.rendering.limits import CLIPBOARD, URI, u16
from bot.rendering.page import Say

_PICKER = "https://line.me/R/share?text="
_SENTENCES = 2


def shared_text(say: Say, answer: Mapping[str, Any], most: int = CLIPBOARD) -> str | None:
    """The text to pass on; None for an answer that is not a published one with a page behind it."""
    return next((text for text in _from_long_to_short(say, answer) if u16(text) <= most), None)


def share_link(say: Say, answer: Mapping[str, Any]) -> str | None:
    """The address that opens LINE's list of friends with that text, as long as an address may be."""
    texts = _from_long_to_short(say, answer)
    links = (_PICKER + quote(text, safe="") for text in texts)
    return next((link for link in links if u16(link) <= URI), None)


def _from_long_to_short(say: Say, answer: Mapping[str, Any]) -> Iterator[str]:
    page = next((c["url"] for c in answer.get("citations") or () if c.get("url")), None)
    parts = answer.get("parts") or {}
    if not page or not parts.get("title") or answer.get("verdict") or not answer.get("checked_on"):
        return
    known = {"title": parts["title"], "date": say.date(answer["checked_on"]), "page": page}
    said = sentences(parts.get("short") or "")[:_SENTENCES]
    while said:
        join = " " if say.lang != "ja" else ""
        yield say("share", "whole", what=join.join(said), **known)
        said = said[:-1]
    yield say("share", "brief", **known)
