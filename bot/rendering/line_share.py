"""What somebody passes on: title, two sentences, the day it was checked and the official page. Never anything of a conversation.

An address of 1,000 characters holds about a hundred Japanese ones, as each takes nine: readings would take half of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from bot.rendering.cutting import sentences
from bot.rendering.guide_text import without_readings
from bot.rendering.limits import CLIPBOARD, URI, u16
from bot.rendering.page import Say

_PICKER = "https://line.me/R/share?text="
_ACCOUNT = "https://line.me/R/ti/p/"
# Names only governments get: .lg.jp and .go.jp, and the older ones by place (city.….tokyo.jp, pref.….jp).
_OFFICIAL = re.compile(
    r"\.(?:lg|go)\.jp$|(?:^|\.)(?:(?:city|town|vill)\.[a-z-]+\.[a-z]+|pref\.[a-z]+|metro\.tokyo)\.jp$"
)
_KEPT = "%/:?#[]@!$&'()*+,;=~-._"
_SENTENCES = 2


def account_link(account: str) -> str:
    """The address that shows our account in LINE, to be added as a friend; `account` is its basic id (`@…`)."""
    return _ACCOUNT + quote(account, safe="")


def shared_text(say: Say, answer: Mapping[str, Any], most: int = CLIPBOARD) -> str | None:
    """The text to pass on; None for an answer that is not a published one with a page behind it."""
    return next((text for text in _from_long_to_short(say, answer) if u16(text) <= most), None)


def share_link(say: Say, answer: Mapping[str, Any]) -> str | None:
    """The address that opens LINE's list of friends with that text, as long as an address may be."""
    texts = _from_long_to_short(say, answer)
    links = (_PICKER + quote(text, safe="") for text in texts)
    return next((link for link in links if u16(link) <= URI), None)


def _from_long_to_short(say: Say, answer: Mapping[str, Any]) -> Iterator[str]:
    cited = [c["url"] for c in answer.get("citations") or () if c.get("url")]
    parts = answer.get("parts") or {}
    if (
        not (cited or answer.get("public_page"))
        or not parts.get("title")
        or answer.get("verdict")
        or not answer.get("checked_on")
    ):
        return
    page = next((_readable(url) for url in cited if _is_official(url)), answer.get("public_page") or "")
    known = {"title": parts["title"], "date": say.date(answer["checked_on"]), "page": page}
    said = sentences(parts.get("short") or "")[:_SENTENCES]
    while said:
        join = " " if say.lang != "ja" else ""
        yield without_readings(say("share", "whole", what=join.join(said), **known)).rstrip()
        said = said[:-1]
    yield without_readings(say("share", "brief", **known)).rstrip()


def _is_official(url: str) -> bool:
    return _OFFICIAL.search(urlsplit(url).hostname or "") is not None


def _readable(url: str) -> str:
    """An address with its Japanese written out, which is shorter once it is quoted, if it stays the same address."""
    shown = unquote(url)
    return shown if quote(shown, safe=_KEPT).casefold() == url.casefold() else url
