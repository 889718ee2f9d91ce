"""Plain Japanese (やさしい日本語): whether somebody who knows few kanji can read it, and in short sentences."""

from __future__ import annotations

import re
from collections.abc import Iterable

SENTENCE = 60
SHARE = 0.9
LONG_WORD = 4

_KANJI = "一-龠々〆"
_READING = r"[（(][ぁ-ゖァ-ヺー・\s0-9０-９]+[)）]"
# 条例第93号（じょうれいだい93ごう） is read as a whole.
_WORD = re.compile(rf"([{_KANJI}]+)((?:[0-9０-９]+[{_KANJI}])?{_READING})?")
# 引っ越（ひっこ）し and 手引き（てびき） are read as a whole too.
_COMPOUND = re.compile(rf"[{_KANJI}]+([ぁ-ゖ]{{1,2}})[{_KANJI}]*[ぁ-ゖ]?[（(]([ぁ-ゖ]+)[）)]")
# After a figure these are read with it; dates out of figures.yml come without readings too.
_COUNTER = re.compile(r"(?:年間|時間|年|月|日|時|分|条|項|号|次)")
_BEFORE_FIGURE = frozenset({"第", "平成", "令和"})


def without_readings(text: str) -> str:
    """The text without the readings in brackets behind its kanji."""
    return re.sub(rf"(?<=[{_KANJI}0-9０-９]){_READING}", "", text)


def long_sentences(text: str) -> list[str]:
    """Sentences too long to follow, counted without readings, spaces and links."""
    plain = re.sub(r"[ 　]", "", re.sub(r"https?://[!-~]+", "。", without_readings(text)))
    return [s for s in re.split(r"[。！？!?\n]", plain) if len(s) > SENTENCE]


def unread(parts: Iterable[str], known: Iterable[str] = ()) -> tuple[list[tuple[int, int, str]], int]:
    """Kanji words nobody was told how to read, as (part, position, word), and the number of all kanji words.

    A word read once need not be read again further on in the same answer.
    """
    seen, found, total = set(known), [], 0
    for part, text in enumerate(parts):
        for match in _WORD.finditer(text):
            word, start = match[1], match.start()
            if not match[2] and start and text[start - 1] in "0123456789０１２３４５６７８９}":
                counter = _COUNTER.match(word)
                word, start = (word[counter.end() :], start + counter.end()) if counter else (word, start)
            if not word or (word in _BEFORE_FIGURE and text[match.end() : match.end() + 1].isdigit()):
                continue
            total += 1
            if match[2]:
                seen.add(word)
            elif not _made_of(word, seen) and not _in_compound(text, start):
                found.append((part, start, word))
    return found, total


def readings(parts: Iterable[str]) -> set[str]:
    """Words some part says how to read."""
    return {match[1] for text in parts for match in _WORD.finditer(text) if match[2]}


def _in_compound(text: str, start: int) -> bool:
    match = _COMPOUND.match(text, start)
    return bool(match and match[1] in match[2][1:])


def _made_of(word: str, known: set[str]) -> bool:
    reached = [True] + [False] * len(word)
    for end in range(1, len(word) + 1):
        reached[end] = any(reached[start] and word[start:end] in known for start in range(end))
    return reached[-1]
