"""Cuts text where a reader would: at a paragraph, a line, a sentence, a word, and never inside a character."""

from __future__ import annotations

import re
from collections.abc import Callable

import regex

from bot.rendering.limits import graphemes

# From the best place to the worst; each matches what stays with the first part.
_PLACES = (
    re.compile(r"\n\s*\n"),
    re.compile(r"\n"),
    re.compile(r"[。！？!?][」』）)\"”]*\s*|\.\s+"),
    re.compile(r"[、，;；：:]\s*|,\s+"),
    re.compile(r"[\s\u3000]+"),
)
_ELLIPSIS = "…"


def parts(text: str, limit: int, length: Callable[[str], int] = graphemes) -> list[str]:
    """The text in parts of at most `limit`; nothing is lost but white space at the cuts."""
    left, found = text.strip(), []
    while left:
        end = _fitting(left, limit, length)
        if end < len(left):
            end = _place(left, end)
        found.append(left[:end].strip())
        left = left[end:].strip()
    return [part for part in found if part]


def shortened(text: str, limit: int, length: Callable[[str], int] = graphemes) -> str:
    """The text, or as much of it as fits with an ellipsis."""
    if length(text) <= limit:
        return text
    return text[: _fitting(text, limit - length(_ELLIPSIS), length)].rstrip() + _ELLIPSIS


def sentences(text: str) -> list[str]:
    """The sentences of a text, each with its mark."""
    return [s.strip() for s in re.findall(r".+?(?:[。！？!?][」』）)\"”]*|\.(?=\s|$)|$)", text, re.DOTALL) if s.strip()]


def _fitting(text: str, limit: int, length: Callable[[str], int]) -> int:
    """Where the longest beginning of whole characters that fits ends; at least one character."""
    if length(text) <= limit:
        return len(text)
    used = end = 0
    for match in regex.finditer(r"\X", text):
        used += length(match[0])
        if used > limit:
            break
        end = match.end()
    return end or regex.match(r"\X", text).end()


def _place(text: str, end: int) -> int:
    """The best place to cut at or before `end`: one in the second half of what fits, else anywhere."""
    window = text[: end + 1]
    whole = {m.end() for m in regex.finditer(r"\X", window)}  # a mark may carry a combining sign
    for least in (end // 2, 1):
        for place in _PLACES:
            ends = [m.end() for m in place.finditer(window) if least <= m.end() <= end and m.end() in whole]
            if ends:
                return ends[-1]
    return end
