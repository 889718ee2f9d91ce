"""Leaflets, booklet and cards: what stands on each, from the answers and nothing else."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from bot.dialogue.lookups import service_line
from bot.guide import addresses
from bot.guide.contents import Contents
from bot.guide.typesetting import Document, document, on_one_page, typeset
from bot.knowledge.model import LANGUAGES
from bot.rendering.guide_text import blocks, spans, without_readings
from bot.rendering.page import Say

_MARKS = {True: "○", False: "×"}
_KINDS = (("ward",), ("city",), ("town", "village"))

Runs = list[dict[str, str]]


def documents(contents: Contents) -> tuple[Document, ...]:
    """Every leaflet and booklet in every language."""
    return tuple(
        made
        for lang in LANGUAGES
        for made in (
            *(leaflet(contents, name, lang) for name in contents.words["leaflets"]),
            booklet(contents, lang),
        )
    )


def leaflet(contents: Contents, name: str, lang: str) -> Document:
    """One page to hand out."""
    say, words = _say(contents, lang), contents.words["leaflets"][name]
    ids = {e.id for e in contents.entries}
    answers = [contents.answer(entry_id, lang) for entry_id in words["answers"] if entry_id in ids]
    address = contents.address(addresses.page_path(words["topic"], lang))
    title = say("leaflets", name, "title")
    checked = min((a.checked_on for a in answers if a.checked_on), default=contents.day)
    data = {
        **_common(contents, lang, f"{say('page', 'name')} {without_readings(title)}", address),
        "heading": _runs(title),
        "address": address,
        "checked": _runs(say("paper", "checked", date=say.date(checked))),
        "answers": [
            {
                "title": _runs(a.title),
                "short": _blocks(a.short),
                "body": _blocks(a.body),
                "code": _svg(contents.address(addresses.entry_path(a.id, lang))),
                "alt": without_readings(f"{say('share', 'code')}: {a.title}"),
            }
            for a in answers
        ],
    }
    number = list(contents.words["leaflets"]).index(name) + 1
    return on_one_page(f"tomoni-{number}-{addresses.FOLDERS[lang]}", title, data)


def booklet(contents: Contents, lang: str) -> Document:
    """Everything the guide says, to print and bind."""
    say = _say(contents, lang)
    pages = {c.url: c for e in contents.entries for c in contents.answer(e, lang).citations}
    numbers = {url: n for n, url in enumerate(pages, start=1)}
    title = say("paper", "subtitle")
    data = {
        **_common(contents, lang, f"{say('page', 'name')} {without_readings(say('paper', 'subtitle'))}", contents.site),
        "subtitle": _runs(say("paper", "subtitle")),
        "contents": _runs(say("paper", "contents")),
        "reading": _runs(say("paper", "reading")),
        "next": _runs(say("entry", "next")),
        "sources": _runs(say("entry", "sources")),
        "topics": [
            {
                "name": _runs(say("topics", topic, "name")),
                "about": _runs(say("topics", topic, "about")),
                "answers": [_answer(contents, entry.id, lang, numbers) for entry in entries],
            }
            for topic, entries in contents.topics.items()
        ],
        "places": _places(contents, lang),
        "elsewhere": {
            "name": _runs(say("places", "elsewhere")),
            "groups": [
                {
                    "name": _runs(say("places", kind)),
                    "lines": [
                        _runs(service_line(contents.knowledge, s, lang, contents.day, provider=True)) for s in services
                    ],
                }
                for kind, services in contents.services_elsewhere.items()
            ],
        },
        "pages": [
            {
                "title": c.title,
                "url": c.url,
                "shown": unquote(c.url),  # read and broken over lines more easily; the link itself is as it is
                "dated": _runs(say("entry", "stated", date=say.date(c.as_of)) if c.as_of else say.phrase("undated")),
            }
            for c in pages.values()
        ],
    }
    return document("booklet", f"tomoni-{addresses.FOLDERS[lang]}", title, data)


def cards(contents: Contents) -> Mapping[str, bytes]:
    """The pictures beside shared links, one a topic and language, by name."""
    found = {}
    for lang in LANGUAGES:
        say = _say(contents, lang)
        topics = {"index": say("page", "guide"), **{t: say("topics", t, "name") for t in contents.topics}}
        for name, topic in topics.items():
            data = {
                "lang": lang,
                "title": say("page", "name"),
                "name": say("page", "name"),
                "topic": _runs(without_readings(topic)),
                "kind": _runs(without_readings(say("page", "guide"))) if name != "index" else [],
            }
            found[f"{name}-{lang}"] = typeset("card", data, format="png", ppi=72)
    return found


def _answer(contents: Contents, entry_id: str, lang: str, numbers: Mapping[str, int]) -> dict[str, Any]:
    answer, say = contents.answer(entry_id, lang), _say(contents, lang)
    return {
        "id": answer.id,
        "version": answer.version,
        "title": _runs(answer.title),
        "short": _blocks(answer.short),
        "body": _blocks(answer.body),
        "next": _blocks(answer.next),
        "sources": [numbers[c.url] for c in answer.citations],
        "checked": _runs(say("paper", "checked", date=say.date(str(answer.checked_on)))),
    }


def _places(contents: Contents, lang: str) -> dict[str, Any]:
    say, places = _say(contents, lang), contents.knowledge.municipalities.values()

    def row(place: Any) -> list[Runs]:
        name = {"en": place.name_en, "ja": place.name_ja, "ja-easy": f"{place.name_ja}（{place.kana}）"}[lang]
        accepted = {True: "yes", False: "not_accepted"}.get(place.accepts_tokyo_certificate, "unknown")
        own = {True: place.own_scheme_name or say("places", "has"), False: say("places", "has_not")}
        return [
            _runs(name),
            _runs(f"{_MARKS.get(place.accepts_tokyo_certificate, '？')} {say('places', accepted)}"),
            _runs(own.get(place.own_scheme, say("places", "unknown"))),
        ]

    return {
        "name": _runs(say("places", "name")),
        "about": _runs(say("places", "about")),
        "columns": [_runs(say("places", name)) for name in ("place", "tokyo", "own")],
        "groups": [
            {"name": _runs(say("places", kinds[0])), "rows": [row(p) for p in places if p.kind in kinds]}
            for kinds in _KINDS
        ],
    }


def _common(contents: Contents, lang: str, title: str, address: str) -> dict[str, Any]:
    say = _say(contents, lang)
    return {
        "lang": lang,
        "title": title,
        "name": say("page", "name"),
        "address": address,
        "code": _svg(address),
        "alt": without_readings(say("share", "code")),
        "scan": _runs(say("paper", "scan")),
        "ask": _runs(say("paper", "ask")),
        "office": _runs(say("page", "office")),
        "now": _runs(say("page", "now")),
        "now_text": _runs(say("page", "now_text")),
        "note": _runs(say("page", "not_official")),
        "version": _runs(say("paper", "version", version=contents.knowledge.version)),
    }


def _say(contents: Contents, lang: str) -> Say:
    return Say(contents.knowledge, contents.words, lang, contents.day)


def _runs(text: str) -> Runs:
    return [{"kind": s.kind, "text": s.text, "reading": s.reading} for s in spans(text)]


def _blocks(text: str) -> list[dict[str, Any]]:
    return [{"kind": b.kind, "items": [_runs(item) for item in b.items]} for b in blocks(text)]


def _svg(address: str) -> str:
    import segno

    out = io.BytesIO()
    segno.make(address, error="m", boost_error=False, micro=False).save(
        out, kind="svg", border=4, xmldecl=False, light="white"
    )
    return out.getvalue().decode()
