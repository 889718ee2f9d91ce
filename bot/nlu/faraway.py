"""Places outside Tokyo by name: cities and stations of the other prefectures, and countries and cities abroad.

A few thousand names are looked up letter by letter, so that a message costs the same however many there are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_PERSON = re.compile("さん|くん|ちゃん|様|氏")
_CITY = re.compile("市?(?:内)?")
_CITY_EN = re.compile(r"[ -](?:city|shi)(?![a-z])")
# What tells that a name is where somebody is: 「佐野で働いて」「家は三島」「行方市」, and no 「結婚した台湾」 or 「関係」.
_THERE_AFTER = re.compile(
    r"(?:市|県内)?(?:の[ぁ-ゖ一-龠]{1,4})?(?:に|で)(?:は|も|ずっと|まだ|二人で|ふたりで|一人で|一緒に|いっしょに|[ 　])*"
    r"(?:住|す(?:ん|む|み|まい)|暮ら|くら|働|はたら|勤|仕事|しごと|い(?:る|ます|て|た)|おり|おる|おって|帰|戻|赴任|駐在|留学|引|家|部屋|マンション|アパート|同棲)"
    r"|市?(?:在住|在勤|住まい|住み|暮らし|ぐらし|勤務|勤め)|市(?![場民価電])|市?(?:の|に(?:ある)?)(?:家|自宅|実家|アパート|マンション|職場|会社|工場|支店|支社|病院|学校|大学)"
    r"|市?から(?:は)?(?:東京|都内|通|出)|市?(?:です|だ|や|やけど|なん|。|、|$)"
)
_THERE_BEFORE = re.compile(
    r"(?:家|自宅|実家|住まい|住所|職場|会社|勤め先?|勤務先|仕事|しごと|今|いま|現在|住(?:ん|み)(?:で(?:い)?る)?の|二人|ふたり|二人とも|ふたりとも|ともに|どちらも|どっちも|共に|まだ|ずっと|彼女?|相手|私|僕|俺|うち)(?:は|が|も)?(?:、|[ 　])?$"
    r"|(?:県|府|道)(?:の|、|[ 　])?$"
)
_AFTER_A_NOUN = re.compile(r"市?(?:です|だ|や|なん|。|、|$)")
_LATIN_THERE_BEFORE = re.compile(
    r"\b(?:in|at|near|around|outside|from|to|of|into|leave|leaving|both|home is|home's|we are|we're|now)\s(?:the |central |downtown )?$"
)
_LATIN_THERE_AFTER = re.compile(
    r"[ -](?:city|shi|prefecture|flat|apartment|house|home|branch|office|resident|couple)s?\b"
)
# Abroad it takes a word of being there: "married in Canada", "my visa for Taiwan" are no places of living.
_ABROAD_BEFORE = re.compile(
    r"\b(?:liv(?:e|es|ing)|based|stay(?:s|ing)?|work(?:s|ing)?|stud(?:y|ies|ying)|resid(?:e|es|ing)|we(?:'re| are)|i(?:'m| am)|(?:s?he|they)(?:'s|'re| is| are)|is|are|am|both|both of us|now|still|currently|back|home|house|flat|job|apartment|us|until then)\b"
    r"(?P<between>[^.,;!?]{0,14}?)(?:\b(?:in|on|at|near) (?:the )?|\s)$"
)
_ABROAD_CELEBRATED = re.compile(r"marr|wed|born|regist|\bmet\b|from|union|certificate|partnership|visit|trip|holiday")


@dataclass(frozen=True)
class Far:
    """A place outside Tokyo: `prefecture` is empty for regions and for places abroad."""

    start: int
    end: int
    prefecture: str
    abroad: bool = False


@dataclass(frozen=True)
class _Name:
    text: str
    prefecture: str
    certain: bool
    abroad: bool = False


class FarPlaces:
    """Finds them; built once from the gazetteer."""

    def __init__(self, gazetteer: Mapping[str, Any]) -> None:
        """Sorts all names by their first two letters, the longest first."""
        names = [_Name(n, p, True) for p, all_ in gazetteer["cities_outside_tokyo"].items() for n in all_]
        names += [_Name(n, p, False) for p, all_ in gazetteer.get("cities_beside_words", {}).items() for n in all_]
        names += [_Name(n, "", False) for n in gazetteer.get("regions_beside_words", ())]
        names += [_Name(n, "", False, True) for n in gazetteer.get("abroad_beside_words", ())]
        self._by_start: dict[str, list[_Name]] = {}
        for name in sorted(names, key=lambda n: (-len(n.text), not n.certain)):
            self._by_start.setdefault(name.text[:2], []).append(name)

    def find(self, text: str) -> Iterator[Far]:
        """Every name in normalised text that stands for a place; names within others too."""
        for at in range(len(text)):
            for key in {text[at : at + 2], text[at]}:  # names of one letter stand under it alone
                for name in self._by_start.get(key, ()):
                    if text.startswith(name.text, at):
                        found = _read(text, at, at + len(name.text), name)
                        if found:
                            yield found


def _read(text: str, start: int, end: int, name: _Name) -> Far | None:
    if name.text.isascii():
        return _latin(text, start, end, name)
    if _PERSON.match(text, end):
        return None
    if _is_kana(name.text):
        return _kana(text, start, end, name)
    if not name.certain and not _beside_words(text, start, end, name):
        return None
    if not name.abroad and not name.text.endswith("市"):
        city = _CITY.match(text, end)
        end = city.end() if city else end
    return Far(start, end, name.prefecture, name.abroad)


def _is_kana(name: str) -> bool:
    return all("ぁ" <= c <= "ゖ" for c in name)


_KANA_BEFORE = re.compile(r"(?:^|[^ぁ-ゖ]|[はがもにでのと])$")
_KANA_AFTER = re.compile(r"(?:し|しない)?(?:$|[^ぁ-ゖー]|に|で|から|の(?!ろ)|へ|と|も|は|ざい|です)")


def _kana(text: str, start: int, end: int, name: _Name) -> Far | None:
    short = len(name.text) < 3
    if not _KANA_BEFORE.search(text[max(0, start - 1) : start]) or not _KANA_AFTER.match(text, end):
        return None
    if short and not re.match(r"(?:に|で)[ 　]?(?:す(?:ん|む)|くら|はたら)", text[end:]):
        return None
    return Far(start, end, name.prefecture)


def _beside_words(text: str, start: int, end: int, name: _Name) -> bool:
    katakana = "ァ" <= text[start] <= "ヺ"
    if katakana and (_katakana(text[start - 1 : start]) or _katakana(text[end : end + 1])):
        return False  # 「タイミング」, 「インドア」
    after = _THERE_AFTER.match(text, end)
    before = _THERE_BEFORE.search(text[max(0, start - 12) : start])
    if end - start == 1 and start and "一" <= text[start - 1] <= "龠" and not before:
        return False
    if not after:
        return bool(before) and text[end : end + 1] not in ("人", "語", "籍", "系") and not _kanji(text[end : end + 1])
    return bool(before) if _AFTER_A_NOUN.fullmatch(after[0]) else True


def _katakana(letter: str) -> bool:
    return bool(letter) and ("ァ" <= letter <= "ヺ" or letter == "ー")


def _kanji(letter: str) -> bool:
    return bool(letter) and "一" <= letter <= "龠"


def _latin(text: str, start: int, end: int, name: _Name) -> Far | None:
    if (start and (text[start - 1].isalpha() or text[start - 1] == "-")) or text[end : end + 1].isalpha():
        return None
    before = text[max(0, start - 48) : start]
    if name.abroad:
        there = _ABROAD_BEFORE.search(before)
        if not there or _ABROAD_CELEBRATED.search(there["between"]):
            return None
        return Far(start, end, "", True)
    if not name.certain and not (_LATIN_THERE_BEFORE.search(before) or _LATIN_THERE_AFTER.match(text, end)):
        return None
    city = _CITY_EN.match(text, end)
    return Far(start, city.end() if city else end, name.prefecture)
