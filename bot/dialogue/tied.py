"""What a message says of ties to Tokyo for the papers: which there are, which there are not, and whether it adds to what was said before."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from bot.dialogue import replies, tie_denials
from bot.dialogue.understanding import Understanding
from bot.rules.checklist import Circumstance

_TIES = {
    "live": Circumstance.LIVES_IN_TOKYO,
    "work": Circumstance.WORKS_IN_TOKYO,
    "study": Circumstance.STUDIES_IN_TOKYO,
    "move_in": Circumstance.MOVES_IN,
}
_WORDS = {
    "live": re.compile(r"住(?:ん|み|所|居)|在住|すんで|すみます|都民|living|\blives?\b|resident"),
    "work": re.compile(r"働|はたら|勤(?:め|務)|通勤|在勤|仕事|職場|working|\bworks?\b|\bjob\b|employ"),
    "study": re.compile(r"通学|在学|学校|大学|学生|がっこう|studying|\bstud(?:y|ies)\b|student|school|university"),
    "move_in": re.compile(r"引っ?越|ひっこ|転入|移り住|移住|\bmov(?:e|ing)\b|relocat"),
}
_SOMEBODY_ELSE = re.compile(
    r"子ども|子供|こども|息子|娘|親|兄|姉|弟|妹|\bchild|\bkids?\b|\bson\b|daughter|parents?|family"
)
_ADDS = re.compile(
    r"(?:[てに学勤務事校場私彼し]|彼女|パートナー|相手|片方|[内京区市都]で)も(?!う|っと|し(?!て)|ち|の)|追加|加え|足し(?:て|た)|たして|\balso\b|\btoo\b|\bas well\b|\badd\b|in addition"
)


def read(u: Understanding, asked: str | None) -> list[str] | None:
    """The ties a message names; empty when it says that there is none, None when it says nothing of them."""
    there, denied = tie_denials.named(u)
    if asked == "tie":
        elsewhere = any(place[1] == "outside_tokyo" for place in u.places)  # "I live in Saitama" is no tie
        if not there and not denied and not elsewhere:
            there, denied = _by_words(u)
        if not there and not denied and any(place[0] == "municipality" for place in u.places):
            there = {"live"}
        if not there and (denied or replies.says_no(u.plain) or re.search(r"ありません|まだない|\bnone\b", u.plain)):
            return []
    return _plain(there) or None


def with_earlier(u: Understanding, facts: dict[str, Any], earlier: Mapping[str, Any], asked: str | None) -> None:
    """Puts what was said of ties before beside what is added now; what is denied now is taken from it."""
    before = earlier.get("tie")
    if before is None:
        return
    if facts.get("tie"):
        if _ADDS.search(u.plain):
            facts["tie"] = sorted({*before, *facts["tie"]})
        return
    denied = set(_plain(tie_denials.named(u)[1])) & set(before)
    if denied and asked != "tie" and not replies.questions(u) and not _SOMEBODY_ELSE.search(u.plain):
        facts["tie"] = sorted(set(before) - denied)


def adds(u: Understanding) -> bool:
    """Whether it names a tie beside others."""
    return bool(tie_denials.named(u)[0] and _ADDS.search(u.plain))


def _plain(links: set[str]) -> list[str]:
    return sorted(_TIES[link].value for link in links)


def _by_words(u: Understanding) -> tuple[set[str], set[str]]:
    there: set[str] = set()
    denied: set[str] = set()
    for start, end in tie_denials.clauses(u.plain):
        clause = u.plain[start:end]
        found = {link for link, words in _WORDS.items() if words.search(clause)}
        (denied if tie_denials.DENIED.search(clause) else there).update(found)
    return there, denied - there
