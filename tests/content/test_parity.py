"""Parity: chat, LINE, guide, booklet and open data say the same of every answer, in every language.

Each output is a row of `OUTPUTS`: how to read what it says of one answer, and which kinds of entry it carries. For each is
proven that every sentence of the answer is there, every page it rests on, and no figure (number, date, phone) that the answer,
its sources or its marks do not have.
"""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from bot.dialogue.speaking import Speaker
from bot.guide import addresses
from bot.knowledge.loader import Knowledge
from bot.knowledge.model import LANGUAGES, Answer
from bot.knowledge.wording import spoken_date
from bot.nlg import message
from bot.rendering.guide_text import said, spans
from bot.rendering.line_messages import LineRenderer
from tests.content.reading_pdf import answers_in

_URL = re.compile(r"https?://[!#-;=?-~]*[A-Za-z0-9/_=~#&%+-]")
# 「・1 先に」: the number of a step may be set by the list itself. A day, 「・1 May 2022」, may not be taken for one.
_STEP = re.compile(
    r"^・\d{1,2} (?!(?:January|February|March|April|May|June|July|August|September|October|November|December)\b)"
)
_FIGURE = re.compile(r"#?\d(?:[\d,.-]*\d)?")


@dataclass(frozen=True)
class Told:
    """What one output says of one answer; `exactly` when it holds nothing but the answer."""

    text: str
    pages: frozenset[str]
    exactly: bool = False


Reader = Callable[[str, str], Told]


@dataclass(frozen=True)
class Output:
    """How one output is read, and what it carries: everything that is said, or only answers anyone may be shown."""

    reader: Callable[[pytest.FixtureRequest], Reader]
    answers_only: bool = False


def _chat(request: pytest.FixtureRequest) -> Reader:
    speaker, day = Speaker(request.getfixturevalue("knowledge")), request.getfixturevalue("today")

    def read(entry_id: str, lang: str) -> Told:
        sent = message(speaker.speak({"say": "entry", "id": entry_id}, lang, day), "web")
        pages = {c["url"] for c in sent["answer"]["citations"]}
        return Told(sent["text"], frozenset(pages | set(_URL.findall(sent["text"]))), exactly=True)

    return read


def _line(request: pytest.FixtureRequest) -> Reader:
    knowledge, day = request.getfixturevalue("knowledge"), request.getfixturevalue("today")
    speaker, renderer = Speaker(knowledge), LineRenderer(knowledge)

    def read(entry_id: str, lang: str) -> Told:
        sent = message(speaker.speak({"say": "entry", "id": entry_id}, lang, day), "line")
        found = renderer.messages([sent], lang)
        texts = "\n".join(str(value) for key, value in _walk(found) if key == "text" and isinstance(value, str))
        links = {str(value) for key, value in _walk(found) if key == "uri"}
        return Told(texts, frozenset(links | set(_URL.findall(texts))))

    return read


def _walk(value: Any, key: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _walk(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from _walk(inner, key)
    else:
        yield key, value


def _guide(request: pytest.FixtureRequest) -> Reader:
    place: Path = request.getfixturevalue("guide")

    def read(entry_id: str, lang: str) -> Told:
        page = _Page((place / addresses.entry_path(entry_id, lang)).read_text(encoding="utf-8"))
        return Told(page.article, page.links)

    return read


class _Page(HTMLParser):
    """The words of a page's article, furigana after its word in brackets as in the knowledge base, and its links."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.article, self._inside = "", False
        self._links: set[str] = set()
        self.feed(page)
        self.links = frozenset(self._links)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        self._inside = self._inside or tag == "article"
        if tag == "a" and given.get("href"):
            self._links.add(str(given["href"]))
        if tag in ("p", "li", "h1", "h2") and self._inside:
            self.article += "\n"

    def handle_endtag(self, tag: str) -> None:
        self._inside = self._inside and tag != "article"

    def handle_data(self, text: str) -> None:
        if self._inside:
            self.article += text


def _booklet(request: pytest.FixtureRequest) -> Reader:
    place: Path = request.getfixturevalue("guide")
    read_in = {lang: answers_in(place / f"pdf/tomoni-{addresses.FOLDERS[lang]}.pdf") for lang in LANGUAGES}

    def read(entry_id: str, lang: str) -> Told:
        booklet = read_in[lang]
        part = booklet.answers[entry_id]
        text = re.sub(r"(https://[^\s)]*)\r?\n(?=\S)", r"\1", part.text)  # an address broken over two lines
        pages = frozenset(booklet.sources[n] for n in part.sources)
        return Told(text, pages | frozenset(_URL.findall(text)))

    return read


def _open_data(request: pytest.FixtureRequest) -> Reader:
    place: Path = request.getfixturevalue("guide")
    rows = {row["id"]: row for row in json.loads((place / "data/answers.json").read_text(encoding="utf-8"))["answers"]}

    def read(entry_id: str, lang: str) -> Told:
        parts = rows[entry_id]["text"][lang]
        text = "\n".join(parts[name] for name in ("short", "body", "next"))
        pages = {s["url"] for s in rows[entry_id]["sources"]}
        return Told(text, frozenset(pages | set(_URL.findall(text))), exactly=True)

    return read


def _table(request: pytest.FixtureRequest) -> Reader:
    place: Path = request.getfixturevalue("guide")
    text = (place / "data/answers.csv").read_text(encoding="utf-8-sig")
    rows = {(row["id"], row["lang"]): row for row in csv.DictReader(io.StringIO(text))}

    def read(entry_id: str, lang: str) -> Told:
        row = rows[entry_id, lang]
        told = "\n".join(row[f"text.{name}"] for name in ("short", "body", "next"))
        return Told(told, frozenset(row["sources"].split()) | frozenset(_URL.findall(told)), exactly=True)

    return read


OUTPUTS = {
    "chat": Output(_chat),
    "LINE": Output(_line),
    "guide": Output(_guide, answers_only=True),
    "booklet": Output(_booklet, answers_only=True),
    "open data, JSON": Output(_open_data),
    "open data, CSV": Output(_table),
}


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", OUTPUTS)
def test_an_output_says_of_every_answer_what_the_knowledge_base_says(
    name: str, lang: str, knowledge: Knowledge, request: pytest.FixtureRequest, today: Any
) -> None:
    from bot.guide.contents import Contents

    output, contents = OUTPUTS[name], Contents(knowledge, today, "https://tomoni.example/guide/")
    entries = contents.entries if output.answers_only else tuple(knowledge.entries.values())
    read = output.reader(request)
    wrong = []
    for entry in entries:
        answer, told = contents.answer(entry, lang), read(entry.id, lang)
        wrong += [f"{entry.id}: {fault}" for fault in _faults(answer, told)]
    assert wrong == []
    assert len(entries) >= 180


def _faults(answer: Answer, told: Told) -> Iterator[str]:
    heard = _words(told.text)
    for line in "\n".join((answer.short, answer.body, answer.next)).split("\n"):
        for sentence in filter(None, re.split(r"(?<=[。！？])", line)):
            if _words(_STEP.sub("", sentence)) not in heard:
                yield f"does not say: {sentence}"
    expected = {c.url for c in answer.citations} | set(_URL.findall(f"{answer.short}\n{answer.body}\n{answer.next}"))
    named = {_plain(page) for page in told.pages}
    for page in sorted(page for page in expected if _plain(page) not in named):
        yield f"does not name the page {page}"
    own = _figures(f"{answer.short}\n{answer.body}\n{answer.next}")
    if told.exactly and _figures(told.text) != own:
        yield f"has other figures: {_figures(told.text) - own or own - _figures(told.text)}"
    strange = set(_figures(told.text)) - set(own) - set(_figures(_around(answer)))
    if strange:
        yield f"has figures of its own: {sorted(strange)}"


def _plain(address: str) -> str:
    """An address as people read it; where it may be broken over lines, spaces cannot be told."""
    return re.sub(r"\s", "", unquote(address))


def _around(answer: Answer) -> str:
    """What may stand beside an answer: its sources with their dates, the day it was checked, its marks, the office."""
    checked = answer.checked_on.isoformat() if answer.checked_on else ""
    dates = [c.as_of for c in answer.citations if c.as_of] + [checked]
    parts = [spoken_date(d, answer.lang) for d in dates] + dates + [answer.id, answer.version, answer.title]
    parts += [c.title for c in answer.citations] + [title for _, title in answer.related]
    parts += [str(n) for n in range(1, len(answer.citations) + 1)] + ["03-5388-2337"]
    return "\n".join(parts)


def _words(text: str) -> str:
    """What a text says without readings and list marks; of an address the host, as some outputs shorten them."""
    bare = "".join(span.text for span in spans(_URL.sub(lambda m: m[0].split("/")[2].removeprefix("www."), text)))
    return re.sub(r"[（）()]", "", said(bare))


def _figures(text: str) -> Counter[str]:
    plain = unicodedata.normalize("NFKC", "".join(span.text for span in spans(_URL.sub(" ", text))))
    return Counter(_FIGURE.findall(plain))


def test_what_is_said_to_one_person_only_has_no_page(guide: Path, knowledge: Knowledge) -> None:
    replies = [e for e in knowledge.entries.values() if e.kind != "answer"]
    assert {e.kind for e in replies} == {"crisis", "refuse", "smalltalk", "handoff"}
    for entry in replies:
        for lang in LANGUAGES:
            assert not (guide / addresses.entry_path(entry.id, lang)).exists()
