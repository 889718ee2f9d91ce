"""`python -m bot guide`: writes the whole guide to a folder that any static host can serve."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from bot.guide import addresses, feed, history, open_data, paper, search
from bot.guide.contents import Contents
from bot.guide.history import Change
from bot.knowledge.model import LANGUAGES
from bot.rendering.guide import GuidePages

STATIC = Path(__file__).with_name("static")
SHARED = Path(__file__).parents[1] / "channels" / "static"
_ASSETS = {
    "guide.css": STATIC / "guide.css",
    "guide.js": STATIC / "guide.js",
    "tokens.css": SHARED / "design-tokens" / "tokens.css",
    "tokens-LICENSE.txt": SHARED / "design-tokens" / "LICENSE",
    "icon.svg": SHARED / "icon.svg",
    # Where 「すぐ閉じる」 leads: somewhere ordinary.
    **{name: SHARED / name for name in ("calendar.html", "calendar.css", "calendar.js", "calendar.svg")},
}

# What our own server sends with each page, for hosts that read this file; others set the same by hand (docs/guide.md).
HEADERS = """/*
  Content-Security-Policy: default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'; require-trusted-types-for 'script'
  X-Content-Type-Options: nosniff
  Referrer-Policy: no-referrer
  Permissions-Policy: camera=(), microphone=(), geolocation=(), browsing-topics=()
  Cross-Origin-Opener-Policy: same-origin
/*.html
  Cache-Control: no-store
"""


@dataclass(frozen=True)
class Built:
    """What a build wrote."""

    pages: int
    files: int
    documents: int
    bytes: int


def build(contents: Contents, out: Path, ledger: Path | None = None) -> Built:
    """Writes the guide; a folder that holds an older one is replaced as a whole, its ledger continued."""
    ledger = ledger or out / "data" / "history.json"
    changes = history.advance(history.read(ledger), contents.knowledge, contents.day)
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{out.name}.", dir=out.parent) as place:
        new = Path(place) / "new"
        written = {path: _put(new / path, body) for path, body in _files(contents, changes)}
        new.chmod(0o755)
        if out.exists():
            out.rename(Path(place) / "old")
        new.rename(out)
    pages = sum(path.endswith(".html") for path in written)
    documents = sum(path.endswith(".pdf") for path in written)
    return Built(pages, len(written), documents, sum(written.values()))


def _files(contents: Contents, changes: tuple[Change, ...]) -> Iterator[tuple[str, bytes]]:
    # Typst works beside Python, so paper and pages are made at the same time.
    pool = ThreadPoolExecutor(1)
    made, cards = pool.submit(paper.documents, contents), pool.submit(paper.cards, contents)
    pool.shutdown(wait=False)
    data = open_data.files(contents, changes)
    for name, source in _ASSETS.items():
        yield f"assets/{name}", source.read_bytes()
    for lang in LANGUAGES:
        yield f"assets/search-{lang}.js", search.index(contents, lang).encode()
        yield f"{addresses.FOLDERS[lang]}/feed.xml", feed.feed(contents, changes, lang).encode()
    for path, body in pages(contents, changes, made.result, data):
        yield path, body.encode()
    for document in made.result():
        yield document.path, document.body
    for name, picture in cards.result().items():
        yield f"cards/{name}.png", picture
    for name, body in data.items():
        yield f"data/{name}", body
    yield "sitemap.xml", feed.sitemap(contents).encode()
    yield "_headers", HEADERS.encode()


def pages(
    contents: Contents,
    changes: tuple[Change, ...],
    documents: Callable[[], tuple[paper.Document, ...]],
    data: Mapping[str, bytes],
) -> Iterator[tuple[str, str]]:
    """Every page with its path."""
    html = GuidePages(contents)
    sizes = [(name, len(body)) for name, body in data.items()]
    ids = {e.id for e in contents.entries}
    shown = [c for c in changes if c.id in ids or c.what == history.WITHDRAWN]
    yield "index.html", html.chooser()
    yield "404.html", html.missing()
    for lang in LANGUAGES:
        path = addresses.page_path

        def title(entry_id: str, lang: str = lang) -> str:
            return contents.answer(entry_id, lang).title if entry_id in ids else ""

        yield path("index", lang), html.home(lang)
        yield path("check", lang), html.check(lang)
        yield path("places", lang), html.places(lang)
        yield path("news", lang), html.changes(lang, shown, title)
        yield path("about", lang), html.about(lang, sizes)
        for topic in contents.topics:
            yield path(topic, lang), html.topic(topic, lang)
        for entry in contents.entries:
            yield addresses.entry_path(entry.id, lang), html.entry(entry, lang)
        for place in contents.knowledge.municipalities.values():
            yield addresses.place_path(place.code, lang), html.place(place, lang)
    for lang in LANGUAGES:  # last: it waits for the documents, whose sizes it names
        yield addresses.page_path("print", lang), html.papers(lang, [d for d in documents() if d.lang == lang])


def _put(path: Path, body: bytes) -> int:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body)
    return len(body)
