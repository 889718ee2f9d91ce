"""How a clause of the regulation is named to a reader: 規則第3条第5号ア, Regulation Art. 3 (5)(a), きそく だい3じょう."""

from __future__ import annotations

import re

_PARTS = re.compile(r"規則第(?P<article>\d+)条(?:第(?P<item>\d+)号(?P<sub>[アイウ])?)?(?P<rest>.*)")
_SUB = {"ア": "a", "イ": "b", "ウ": "c"}
_WORDS = {"(柱書)": " (opening words)", "ただし書": ", proviso"}


def in_words(clause: str, lang: str) -> str:
    """The clause in brackets, or nothing where a reader of that language is not helped by it."""
    named = name(clause, lang)
    if not named:
        return ""
    return f" ({named})" if lang == "en" else f"（{named}）"


def name(clause: str, lang: str) -> str:
    """The clause as such, where it stands on a line of its own."""
    if lang == "ja":
        return clause
    match = _PARTS.fullmatch(clause)
    if lang == "ja-easy":
        return f"規則（きそく） 第（だい）{match['article']}条（じょう）" if match else ""
    if not match:
        return "Ordinance and Regulation, definitions" if "定義" in clause else ""
    item = f" ({match['item']})" if match["item"] else ""
    sub = f"({_SUB[match['sub']]})" if match["sub"] else ""
    return f"Regulation, Art. {match['article']}{item}{sub}{_WORDS.get(match['rest'], '')}"
