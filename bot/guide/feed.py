"""The feed of what changed (Atom, RFC 4287) and the sitemap; built with the standard library's XML writer."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree as xml

from bot.guide import addresses
from bot.guide.contents import Contents
from bot.guide.history import WITHDRAWN, Change
from bot.knowledge.model import LANGUAGES
from bot.rendering.guide_text import without_readings
from bot.rendering.page import Say

_ATOM = "http://www.w3.org/2005/Atom"
_SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
_XHTML = "http://www.w3.org/1999/xhtml"
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_LONGEST = 100

# Prefixes of the writer are global to it; these are the usual ones.
xml.register_namespace("xhtml", _XHTML)


def hreflang(lang: str) -> str:
    """How search engines are told of a language; plain Japanese is a variant they do not know, so it goes unnamed."""
    return {"ja": "ja", "en": "en"}.get(lang, "")


def feed(contents: Contents, changes: Sequence[Change], lang: str) -> str:
    """Answers that are new, changed or withdrawn. Titles name the topic only: a reader may show them in a notification."""
    say = Say(contents.knowledge, contents.words, lang, contents.day)
    own = contents.address(f"{addresses.FOLDERS[lang]}/feed.xml")
    root = xml.Element("feed", {"xmlns": _ATOM, _XML_LANG: "en" if lang == "en" else "ja"})
    _text(root, "id", own)
    _text(root, "title", say("page", "name"))
    _text(root, "updated", _moment(changes[0].on if changes else contents.day.isoformat()))
    xml.SubElement(root, "link", {"rel": "self", "type": "application/atom+xml", "href": own})
    xml.SubElement(root, "link", {"rel": "alternate", "href": contents.address(addresses.page_path("index", lang))})
    _text(xml.SubElement(root, "author"), "name", say("page", "name"))
    pages = {e.id: e for e in contents.entries}
    shown = [c for c in changes if c.id in pages or c.what == WITHDRAWN]
    for change in shown[:_LONGEST]:
        address = contents.address(addresses.entry_path(change.id, lang))
        item = xml.SubElement(root, "entry")
        _text(item, "id", f"{address}#{change.version}")
        entry = pages.get(change.id)
        topic = without_readings(say("topics", entry.topic, "name")) if entry else ""
        _text(item, "title", " ".join(filter(None, (topic, addresses.code(change.id)))))
        _text(item, "updated", _moment(change.on))
        summary = without_readings(say("changes", change.what))
        if entry and change.what != WITHDRAWN:
            xml.SubElement(item, "link", {"rel": "alternate", "href": address})
            answer = contents.answer(entry, lang)
            summary = f"{summary}: {without_readings(answer.title)} {without_readings(answer.short)}"
        _text(item, "summary", summary)
    return _written(root)


def sitemap(contents: Contents) -> str:
    """Every page in every language, each naming its translations."""
    checked = {addresses.entry_path(e.id, lang): e.checked_on for e in contents.entries for lang in LANGUAGES}
    root = xml.Element("urlset", {"xmlns": _SITEMAP})
    for row in zip(*(contents.pages[lang] for lang in LANGUAGES), strict=True):
        together = dict(zip(LANGUAGES, row, strict=True))
        for path in row:
            url = xml.SubElement(root, "url")
            _text(url, "loc", contents.address(path))
            if path in checked:
                _text(url, "lastmod", checked[path].isoformat())
            for lang, other in together.items():
                if hreflang(lang):
                    attributes = {"rel": "alternate", "hreflang": hreflang(lang), "href": contents.address(other)}
                    xml.SubElement(url, f"{{{_XHTML}}}link", attributes)
    return _written(root)


def _text(parent: xml.Element, name: str, text: str) -> None:
    xml.SubElement(parent, name).text = text


def _moment(day: str) -> str:
    return f"{day}T00:00:00+09:00"


def _written(root: xml.Element) -> str:
    xml.indent(root, " ")
    return '<?xml version="1.0" encoding="utf-8"?>\n' + xml.tostring(root, encoding="unicode") + "\n"
