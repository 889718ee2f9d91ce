"""MeCab's view of a text: words with dictionary form, reading and part of speech, by fugashi and UniDic."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from fugashi import Tagger, UnidicNode

from bot.nlu.normalise import hiragana

_local = threading.local()


@dataclass(frozen=True)
class Word:
    """One UniDic short unit: `surface == text[start:end]` of the text it was found in."""

    surface: str
    start: int
    end: int
    lemma: str
    reading: str
    pos: str


def _tagger() -> Tagger:
    # MeCab taggers are not thread-safe; one for each thread, made on first use (0.2 s).
    if not hasattr(_local, "tagger"):
        _local.tagger = Tagger()
    return _local.tagger


def words(text: str) -> Iterator[Word]:
    """Yields the words of a text in order; white space belongs to none of them."""
    return iter(_words(text))


@lru_cache(maxsize=256)
def _words(text: str) -> tuple[Word, ...]:
    found = []
    position = 0
    # MeCab reads a NUL as the end of its input; the normaliser removes it, this guards direct callers.
    for node in _tagger()(text.replace("\0", " ")):
        surface = node.surface
        start = text.find(surface, position)
        if start < 0:
            continue
        position = start + len(surface)
        found.append(Word(surface, start, position, *_forms(surface, node)))
    return tuple(found)


_met: dict[tuple[str, str], tuple[str, str, str]] = {}
_MOST_MET = 10_000


def _forms(surface: str, node: UnidicNode) -> tuple[str, str, str]:
    """Dictionary form, reading and part of speech; remembered, as taking UniDic's line of 26 fields apart costs more than finding it."""
    key = surface, node.feature_raw
    if key not in _met:
        if len(_met) >= _MOST_MET:
            _met.clear()
        feature = node.feature
        # UniDic writes loan words as ホーム-home: the part behind the dash is not a form of the word.
        lemma = (feature.lemma or surface).split("-")[0]
        _met[key] = lemma, hiragana(feature.kana or surface), feature.pos1 or ""
    return _met[key]
