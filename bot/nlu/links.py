"""What ties someone to Tokyo, and who is related to whom: spaCy matchers over fugashi's words.

spaCy earns its place here: its `Matcher` works on dictionary forms (住む, 住んで, 住んでる, 住みよる are one pattern) and its
`PhraseMatcher` on names of several words. The tokens are ours; no spaCy pipeline or model is loaded.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

import spacy
from spacy.matcher import Matcher, PhraseMatcher
from spacy.tokens import Doc

from bot.nlu import morphology


@dataclass(frozen=True)
class Match:
    """A span of normalised text with the label it was found under."""

    label: str
    start: int
    end: int


_TE = {"ORTH": {"IN": ["て", "で", "て'"]}, "OP": "?"}
_LINKS: dict[str, list[list[dict[str, Any]]]] = {
    "live": [
        [{"LEMMA": {"IN": ["住む", "暮らす", "住まう"]}}, _TE],
        [{"LOWER": {"IN": ["sunde", "sumu", "zaijuu", "sundemasu", "sunderu", "sundeimasu"]}}],
        [{"ORTH": {"IN": ["すん", "すむ", "すみ", "くらし", "住み"]}}, {"ORTH": {"IN": ["で", "て"]}}],
        [{"ORTH": {"IN": ["在住", "居住", "住まい"]}}],
        [{"ORTH": "住ん"}, {"ORTH": {"IN": ["で", "どる", "どう", "どっ", "じゃ", "じょ"]}}],
        [{"LOWER": {"IN": ["live", "lives", "living", "reside", "resides", "residing", "livin"]}}],
    ],
    "work": [
        [{"LEMMA": {"IN": ["働く", "勤める"]}}, _TE],
        [{"LOWER": {"IN": ["hataraite", "hataraku", "kinmu", "tsuukin", "tsukin", "tsutomete"]}}],
        [{"ORTH": {"IN": ["はたらい", "つとめ"]}}, _TE],
        [{"ORTH": {"IN": ["勤務", "通勤", "出社", "在勤", "就職", "出勤", "勤め", "職場", "勤務先", "バイト", "アルバイト"]}}],
        [{"LOWER": {"IN": ["work", "works", "working", "commute", "commutes", "commuting", "employed", "job"]}}],
    ],
    "study": [
        [{"ORTH": {"IN": ["通学", "在学", "留学"]}}],
        [{"LOWER": {"IN": ["tsuugaku", "zaigaku"]}}],
        [{"LOWER": {"IN": ["study", "studies", "studying", "student", "students"]}}],
        [{"LOWER": {"IN": ["attend", "attends", "attending"]}}],
    ],
    "attend": [
        [{"ORTH": {"IN": ["通っ", "かよっ"]}}, {"ORTH": {"IN": ["て", "とる"]}}],
        [{"ORTH": {"IN": ["通う", "通い", "かよう"]}}],
    ],
    "move_in": [
        [{"ORTH": {"IN": ["引っ越し", "引越し", "引越", "転入", "引っこし", "ひっこし", "移住", "上京", "転居"]}}],
        [{"LEMMA": {"IN": ["引っ越す", "引越す", "移り住む"]}}],
        [{"LOWER": {"IN": ["hikkosu", "hikkoshi", "hikkosite"]}}],
        [{"ORTH": {"IN": ["ひっこす", "ひっこし"]}}],
        [{"LOWER": {"IN": ["move", "moves", "moved", "moving", "relocate", "relocating", "relocates"]}}, {"LOWER": "in", "OP": "?"}],
    ],
}  # fmt: skip


def _first_words() -> Iterator[str]:
    """The words with which the patterns of `_LINKS` begin, in writing or as dictionary forms."""
    for pattern in chain.from_iterable(_LINKS.values()):
        for wanted in pattern[0].values():
            yield from [wanted] if isinstance(wanted, str) else wanted["IN"]


class LinkFinder:
    """Finds words of living, working, studying and moving, kinship words and provider names."""

    def __init__(self, relations: Mapping[str, list[str]], providers: Mapping[str, list[str]]) -> None:
        """Builds the matchers; `providers` maps a service id to the names people use."""
        self._nlp = spacy.blank("xx")
        vocab = self._nlp.vocab
        self._first = set(_first_words())
        """Words one of which stands at the head of each match: without any there is nothing to match."""
        self._links = Matcher(vocab)
        for label, patterns in _LINKS.items():
            self._links.add(label, patterns, greedy="LONGEST")
        self._relations = PhraseMatcher(vocab, attr="LOWER")
        for label, names in relations.items():
            self._relations.add(label, self._phrases(names))
        self._providers = PhraseMatcher(vocab, attr="LOWER")
        for service_id, names in providers.items():
            if names:
                self._providers.add(service_id, self._phrases(names))

    def _phrases(self, names: Iterable[str]) -> list[Doc]:
        docs = [self._doc(name.lower()) for name in names]
        self._first.update(doc[0].text for doc in docs if len(doc))
        return docs

    def _doc(self, text: str) -> Doc:
        words = list(morphology.words(text))
        if not words:
            return Doc(self._nlp.vocab)
        spaces = [b.start > a.end for a, b in zip(words, words[1:], strict=False)] + [False]
        doc = Doc(self._nlp.vocab, words=[w.surface for w in words], spaces=spaces, lemmas=[w.lemma for w in words])
        doc.user_data["offsets"] = [(w.start, w.end) for w in words]
        return doc

    def find(self, text: str) -> tuple[list[Match], list[Match], list[Match]]:
        """Returns (links, relations, providers) in order of appearance, the longest of overlapping matches."""
        words = morphology.words(text)
        if not any(
            w.surface.lower() in self._first or w.surface in self._first or w.lemma in self._first for w in words
        ):
            return [], [], []
        doc = self._doc(text)
        offsets = doc.user_data["offsets"]

        def spans(matcher: Any) -> list[Match]:
            found = [
                Match(self._nlp.vocab.strings[key], offsets[start][0], offsets[end - 1][1])
                for key, start, end in matcher(doc)
            ]
            kept: list[Match] = []
            for item in sorted(found, key=lambda m: (-(m.end - m.start), m.start)):
                if all(item.end <= k.start or item.start >= k.end for k in kept):
                    kept.append(item)
            return [_with_te(text, m) for m in sorted(kept, key=lambda m: m.start)]

        links = [named for match in spans(self._links) if (named := _named(text, match))]
        return links, spans(self._relations), spans(self._providers)


_SCHOOL = re.compile(r"大学|学校|短大|専門|高専|学院|キャンパス|ゼミ|スクール|がっこう|だいがく|塾")
_STUDENT = re.compile(r"(?:る|ている|います|いる|とる|て(?:い)?る)?(?:大|短大|専門|院|学)?(?:学)?生")
_WORKPLACE = re.compile(r"会社|職場|勤務先|オフィス|仕事|かいしゃ|しごと")


def _named(text: str, match: Match) -> Match | None:
    """通って is studying or working by what one goes to; without either it says nothing."""
    if match.label != "attend":
        return match
    before = text[max(0, match.start - 14) : match.start]
    if _SCHOOL.search(before) or _STUDENT.match(text[match.end :]):
        return Match("study", match.start, match.end)
    return Match("work", match.start, match.end) if _WORKPLACE.search(before) else None


def _with_te(text: str, match: Match) -> Match:
    """住ん|でる is cut by UniDic inside what people feel as 住んで: take the で (or て) along."""
    if text[match.start : match.end].endswith(("住ん", "すん", "働い", "はたらい", "勤め", "暮らし", "通っ")) and text[
        match.end : match.end + 1
    ] in ("で", "て"):
        return Match(match.label, match.start, match.end + 1)
    if text[match.start : match.end] in ("sundemasu", "sunderu", "sundeimasu"):
        return Match(match.label, match.start, match.start + len("sunde"))
    return match
