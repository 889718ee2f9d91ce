"""Which words of living, working, studying and moving a message uses, and which of them it denies, clause by clause."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.dialogue.understanding import Understanding

LINKS = ("live", "work", "study", "move_in")
# 「住んでいないけど、働いています」: what is denied in one clause is none of the next clause's business.
_CLAUSE_ENDS = re.compile(
    r"[、。，,.;!?！？\n]+|けれども?|けど|なくて|(?<=[るたいすんだ])が(?=[、\s]|[^っらなけ])|\b(?:but|though|although|however)\b|\band (?=(?:i|we|my|she|he|they|the other)\b)",
    re.I,
)
DENIED = re.compile(
    r"ません|(?<!しれ)(?<!違い)(?<!少)ない|なくて|\bnot\b(?! (?:just|only))|n't|n’t|\bneither\b|\bnone\b|\bno(?:body| one)\b|\bnever\b",
    re.I,
)


def named(u: Understanding) -> tuple[set[str], set[str]]:
    """Those that are there and those that are not, as the mentions found them."""
    there = {link for link in u.links if link in LINKS}
    placed = [(e["value"], e["start"]) for e in u.entities if e["entity"] == "tokyo_link" and e["value"] in LINKS]
    denied: set[str] = set()
    for start, end in clauses(u.text):
        if DENIED.search(u.text, start, end):
            denied |= {link for link, at in placed if start <= at < end}
    return there - denied, denied


def clauses(text: str) -> Iterator[tuple[int, int]]:
    """Each with what ends it: 「なくて」 both ends a clause and denies it."""
    start = 0
    for match in _CLAUSE_ENDS.finditer(text):
        yield start, match.end()
        start = match.end()
    yield start, len(text)
