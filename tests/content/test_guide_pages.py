"""The guide as files: links, names, sources, marks, structured data, feed, map. What a person sees is tried in tests/browser."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit
from xml.etree import ElementTree as xml

import pytest

from bot.dialogue.speaking import Speaker
from bot.guide import addresses, feed, open_data, paper, search
from bot.guide.build import build
from bot.guide.contents import Contents
from bot.guide.history import advance, read
from bot.knowledge.loader import Knowledge
from bot.knowledge.model import LANGUAGES
from bot.rendering.guide import GuidePages

SITE = "https://tomoni.example/guide/"
DAY = date(2026, 11, 22)

# Words that would tell a bystander what a page, a tab or a file is about.
TELLING = re.compile(
    r"パートナー|宣誓|同性|性的|マイノリ|結婚|LGBT|partner|oath|same.?sex|marriage|minorit|gay|orientation|couple",
    re.IGNORECASE,
)


class Page(HTMLParser):
    """Links, ids, title, headings and data blocks of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.ids: list[str] = []
        self.headings: list[str] = []
        self.title = self.data = ""
        self.meta: dict[str, str] = {}
        self._in = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        self.links += [given[name] for name in ("href", "src") if name in given]
        self.ids += [given["id"]] if "id" in given else []
        self.headings += [tag] if re.fullmatch("h[1-6]", tag) else []
        if tag == "meta":
            self.meta[given.get("property") or given.get("name", "")] = given.get("content", "")
        self._in = "data" if given.get("type") == "application/ld+json" else tag

    def handle_data(self, text: str) -> None:
        if self._in in ("title", "data"):
            setattr(self, self._in, getattr(self, self._in) + text)

    def handle_endtag(self, tag: str) -> None:
        self._in = ""


@pytest.fixture(scope="module")
def html(guide: Path) -> dict[str, Page]:
    """Every page of ours by its path."""
    found = {path.relative_to(guide).as_posix(): path for path in guide.rglob("*.html") if path.parent.name != "assets"}
    return {name: Page(path.read_text(encoding="utf-8")) for name, path in found.items()}


def test_every_link_inside_leads_to_a_file_and_every_fragment_to_an_element(guide: Path, html: dict[str, Page]) -> None:
    broken = []
    for name, page in html.items():
        for link in page.links:
            if re.fullmatch(r"/(check)?\?lang=(ja|en|ja-easy)", link):
                continue  # the chat and its questionnaire, on the same server
            target = urlsplit(urljoin(f"{SITE}{name}", link))
            if target.scheme not in ("http", "https") or f"{target.scheme}://{target.netloc}/guide/" != SITE:
                continue
            path = unquote(target.path).removeprefix("/guide/") or "index.html"
            if not (guide / path).is_file():
                broken.append(f"{name}: {link}")
            elif target.fragment and target.fragment not in html[path].ids:
                broken.append(f"{name}: {link} (no such place)")
    assert broken == []
    assert len(html) == 2 + 3 * (6 + 12 + 184 + 62)


def test_every_page_can_be_reached_from_the_start(html: dict[str, Page]) -> None:
    seen, waiting = set(), ["index.html"]
    while waiting:
        name = waiting.pop()
        if name in seen or name not in html:
            continue
        seen.add(name)
        waiting += [
            unquote(urlsplit(urljoin(f"{SITE}{name}", li)).path).removeprefix("/guide/") for li in html[name].links
        ]
    assert set(html) - seen == {"404.html"}


def test_nothing_a_bystander_sees_says_what_it_is_about(guide: Path, html: dict[str, Page]) -> None:
    for name, page in html.items():
        for text in (page.title, page.meta.get("og:title", ""), page.meta.get("og:description", ""), name):
            assert not TELLING.search(text), f"{name}: {text}"
        assert page.title.endswith(("– ともに", "– Tomoni"))
    for path in guide.rglob("*"):
        assert not TELLING.search(path.name), path
    for lang in LANGUAGES:
        root = xml.parse(guide / addresses.FOLDERS[lang] / "feed.xml").getroot()
        for title in root.iter("{http://www.w3.org/2005/Atom}title"):
            assert title.text and not TELLING.search(title.text), title.text


def test_titles_differ_within_a_language(html: dict[str, Page]) -> None:
    for folder in addresses.FOLDERS.values():
        titles = [page.title for name, page in html.items() if name.startswith(f"{folder}/")]
        assert len(titles) == len(set(titles))


def test_every_answer_page_has_sources_date_id_and_version(guide: Path, knowledge: Knowledge) -> None:
    contents = Contents(knowledge, DAY, SITE)
    for entry in contents.entries:
        for lang in LANGUAGES:
            text = (guide / addresses.entry_path(entry.id, lang)).read_text(encoding="utf-8")
            for needed in (
                f"<code>{entry.id}</code>",
                f"<code>{entry.version}</code>",
                f'<time datetime="{entry.checked_on}">',
                f'<time datetime="{entry.review_by}">',
                'class="sources"',
                f"{SITE}{addresses.entry_path(entry.id, lang)}",
            ):
                assert needed in text, f"{entry.id} {lang}: {needed}"
            assert ('class="doubt"' in text) == (entry.confidence == "low"), entry.id


def test_structured_data_is_a_faq_that_says_what_the_page_says(html: dict[str, Page], knowledge: Knowledge) -> None:
    with_data = {name: json.loads(page.data) for name, page in html.items() if page.data}
    assert len(with_data) == 3 * (12 + 184)
    for name, data in with_data.items():
        assert data["@context"] == "https://schema.org" and data["@type"] == "FAQPage", name
        assert data["inLanguage"] == ("en" if name.startswith("en/") else "ja")
        for question in data["mainEntity"]:
            assert question["@type"] == "Question" and question["name"]
            assert question["acceptedAnswer"]["text"].strip()
            assert not re.search(r"[{}<>]", question["acceptedAnswer"]["text"])
    fee = with_data[addresses.entry_path("application_fee", "en")]["mainEntity"][0]
    assert knowledge.entries["application_fee"].short["en"] in fee["acceptedAnswer"]["text"]


def test_text_cannot_break_out_of_the_structured_data(knowledge: Knowledge) -> None:
    entry = knowledge.entries["application_fee"]
    hostile = replace(entry, short={**entry.short, "ja": '</script><script>alert("x")</script>&<b>'})
    changed = Contents(replace(knowledge, entries={**knowledge.entries, entry.id: hostile}), DAY, SITE)
    text = GuidePages(changed).entry(hostile, "ja")
    assert "<script>alert" not in text and "</script><script>" not in text
    assert json.loads(Page(text).data)["mainEntity"][0]["acceptedAnswer"]["text"].startswith("</script>")


def test_headings_step_down_without_gaps(html: dict[str, Page]) -> None:
    for name, page in html.items():
        levels = [int(tag[1]) for tag in page.headings]
        assert levels[0] == 1 and levels.count(1) == 1, name
        assert all(after <= before + 1 for before, after in zip(levels, levels[1:], strict=False)), name


def test_the_map_and_the_table_have_every_municipality_once(html: dict[str, Page], knowledge: Knowledge) -> None:
    for lang in LANGUAGES:
        links = [li for li in html[addresses.page_path("places", lang)].links if "/places/" in li]
        codes = [re.sub(r"\D", "", link) for link in links]
        assert sorted(codes) == sorted(2 * [m.code for m in knowledge.municipalities.values()])
    squares = [(row["row"], column) for row in knowledge.pages["guide"]["map"] for column in row["places"]]
    assert len(squares) == len(set(squares)) == 62


def test_unknown_is_never_shown_as_no(guide: Path, knowledge: Knowledge) -> None:
    for place in knowledge.municipalities.values():
        if place.accepts_tokyo_certificate == "unknown":
            text = (guide / addresses.place_path(place.code, "ja")).read_text(encoding="utf-8")
            assert "使えないという意味ではありません" in text, place.name_ja


def test_the_sitemap_names_every_page_and_the_feed_every_change(guide: Path, html: dict[str, Page]) -> None:
    names = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9", "a": "http://www.w3.org/2005/Atom"}
    listed = {e.text for e in xml.parse(guide / "sitemap.xml").getroot().iterfind("s:url/s:loc", names)}
    assert listed == {f"{SITE}{name}" for name in html if name not in ("index.html", "404.html")}
    root = xml.parse(guide / "en/feed.xml").getroot()
    items = root.findall("a:entry", names)
    assert len(items) == 100
    ids = [item.findtext("a:id", namespaces=names) for item in items]
    assert len(set(ids)) == len(ids)
    for item in items:
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT00:00:00\+09:00", item.findtext("a:updated", "", names))
        link = item.find("a:link", names)
        assert link is not None and str(link.get("href")).removeprefix(SITE) in html


def test_a_changed_answer_and_a_withdrawn_one_are_told(knowledge: Knowledge, tmp_path: Path) -> None:
    first = advance((), knowledge, DAY)
    fee, time_ = knowledge.entries["application_fee"], knowledge.entries["application_time"]
    entries = {
        **knowledge.entries,
        fee.id: replace(fee, version="f" * 12),
        time_.id: replace(time_, status="draft"),
    }
    later = Contents(replace(knowledge, entries=entries), date(2027, 1, 5), SITE)
    changes = advance(first, later.knowledge, later.day)
    assert {(c.id, c.what, c.on) for c in changes[:2]} == {
        ("application_fee", "changed", "2027-01-05"),
        ("application_time", "withdrawn", "2027-01-05"),
    }
    assert advance(changes, later.knowledge, later.day) == changes  # building again changes nothing
    text = GuidePages(later).changes("en", changes[:2], lambda i: fee.title["en"] if i == fee.id else "")
    assert "5 January 2027" in text
    assert addresses.code(fee.id) in text and addresses.code(time_.id) not in text  # what is gone has no link


def test_a_draft_is_neither_published_nor_spoken(knowledge: Knowledge) -> None:
    entry = knowledge.entries["application_fee"]
    for status in ("draft", "checked"):
        drafted = replace(knowledge, entries={**knowledge.entries, entry.id: replace(entry, status=status)})
        contents = Contents(drafted, DAY, SITE)
        assert entry.id not in {e.id for e in contents.entries}
        for other in contents.entries:
            assert entry.id not in dict(contents.related(contents.answer(other, "ja")))
        spoken = Speaker(drafted).speak({"say": "entry", "id": entry.id}, "ja", DAY)
        assert spoken.kind == "fallback" and entry.short["ja"] not in spoken.short
        assert drafted.version != knowledge.version


def test_it_is_built_in_time(guide: Path) -> None:
    seconds = float((guide.parent / "seconds").read_text())
    assert seconds <= 20  # of work; on an idle machine of two cores the clock shows less


def test_the_same_knowledge_makes_the_same_bytes(knowledge: Knowledge, guide: Path) -> None:
    contents = Contents(knowledge, DAY, SITE)
    changes = advance((), knowledge, DAY)
    again = {f"cards/{name}.png": body for name, body in paper.cards(contents).items()}
    again |= {d.path: d.body for d in (paper.leaflet(contents, "filing", "ja"), paper.booklet(contents, "en"))}
    again |= {f"data/{name}": body for name, body in open_data.files(contents, changes).items()}
    again["ja/feed.xml"] = feed.feed(contents, changes, "ja").encode()
    again["assets/search-ja.js"] = search.index(contents, "ja").encode()
    assert [name for name, body in again.items() if (guide / name).read_bytes() != body] == []


def test_a_build_that_fails_leaves_the_old_guide(knowledge: Knowledge, tmp_path: Path, monkeypatch: Any) -> None:
    from bot.guide import build as module

    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "index.html").write_text("old")
    monkeypatch.setattr(module.open_data, "files", lambda contents, changes: 1 / 0)
    monkeypatch.setattr(module.paper, "documents", lambda contents: ())
    with pytest.raises(ZeroDivisionError):
        build(Contents(knowledge, DAY, SITE), tmp_path / "site")
    assert [p.name for p in tmp_path.iterdir()] == ["site"]
    assert (tmp_path / "site" / "index.html").read_text() == "old"
    assert read(tmp_path / "none.json") == ()
