"""The guide in a browser: from a server, from a folder, without script, at 320 px, in every language and colour."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from driving import violations

from bot.guide.addresses import FOLDERS, code
from bot.knowledge.model import LANGUAGES

pytestmark = pytest.mark.browser

ENTRY = code("eligibility_summary")
DOUBTFUL = code("coverage_municipality")
PAGES = ("index", "eligibility", "check", "places", "print", "news", "about", ENTRY, DOUBTFUL, "places/13110")


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture(scope="module")
def served(guide: Path) -> Iterator[str]:
    """The guide on a static host of its own, below a path, as it may stand anywhere."""
    handler = functools.partial(_Quiet, directory=str(guide.parent))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/guide/"
        server.shutdown()


@pytest.fixture
def open_page(browser: Any, served: str) -> Iterator[Callable[..., Any]]:
    """Opens a page; fails on script errors and on any request that leaves the origin."""
    contexts, wrong = [], []

    def open_(path: str, width: int = 390, base: str = served, **options: Any) -> Any:
        context = browser.new_context(viewport={"width": width, "height": 844}, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("request", lambda r: wrong.append(r.url) if not r.url.startswith((base, "data:")) else None)
        page.goto(base + path)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert wrong == []


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_any_kind_of_page(open_page: Callable[..., Any], lang: str, scheme: str) -> None:
    page = open_page(f"{FOLDERS[lang]}/index.html", 1200 if scheme == "dark" else 320, color_scheme=scheme)
    for name in PAGES if lang == "ja" else PAGES[::2] if scheme == "dark" else PAGES[1::2]:
        page.goto(page.url.rsplit(f"/{FOLDERS[lang]}/", 1)[0] + f"/{FOLDERS[lang]}/{name}.html")
        assert violations(page) == [], name
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} scrolls sideways"


def test_axe_finds_nothing_in_forced_colours_or_among_results(open_page: Callable[..., Any]) -> None:
    page = open_page("ja/index.html", forced_colors="active")
    assert violations(page) == []
    page.fill("#words", "病院")
    page.locator("#results a").first.wait_for()
    assert violations(page) == []


@pytest.mark.parametrize(
    ("lang", "words", "wanted"),
    [
        ("ja", "びょういん", "coverage_hospital_list"),
        ("ja", "ﾋﾞｮｳｲﾝ", "coverage_hospital_list"),
        ("ja", "青ヶ島", "places/13402"),
        ("ja-easy", "しょるい", "documents_overview"),
        ("en", "Hospitals", "coverage_hospital_list"),
        ("en", "shinjuku", "places/13104"),
    ],
)
def test_searching_finds_answers_and_tells_nobody(
    open_page: Callable[..., Any], lang: str, words: str, wanted: str
) -> None:
    page = open_page(f"{FOLDERS[lang]}/index.html")
    asked: list[str] = []
    page.wait_for_load_state("networkidle")  # the browser fetches a tab's icon when it likes
    page.on("request", lambda request: asked.append(request.url))
    page.fill("#words", words)
    page.press("#words", "Enter")
    page.locator("#results a").first.wait_for()
    found = [link.get_attribute("href") for link in page.locator("#results a").all()]
    assert (f"{wanted}.html" if "/" in wanted else f"{code(wanted)}.html") in found
    assert asked == []
    assert page.url.endswith("index.html")  # what was searched for stands in no address


def test_nothing_found_is_said_and_leads_to_the_topics(open_page: Callable[..., Any]) -> None:
    page = open_page("en/index.html")
    page.fill("#words", "zzzzqqqq")
    page.press("#words", "Enter")
    assert page.locator("#count").inner_text().startswith("Nothing found")


def test_it_works_from_a_folder_search_included(open_page: Callable[..., Any], guide: Path) -> None:
    page = open_page("ja/index.html", base=f"{guide.as_uri()}/")
    page.fill("#words", "費用")
    page.locator("#results a").first.click()
    page.wait_for_url("**/ja/*.html")
    assert page.locator("article .short").count() == 1
    assert page.locator(".sources a").count() >= 1


def test_without_script_every_answer_is_in_reach(open_page: Callable[..., Any]) -> None:
    page = open_page("ja/index.html", java_script_enabled=False)
    assert page.locator("#search").is_hidden()
    page.locator(".cards a").first.click()
    page.locator(".answers a").first.click()
    assert page.locator("article h1").count() == 1
    assert page.locator(".ways button:visible").count() == 0  # nothing is offered that would not work
    page.locator("#exit").click()
    page.wait_for_url("**/calendar.html")


def test_sharing_passes_on_the_public_answer_and_nothing_else(open_page: Callable[..., Any]) -> None:
    page = open_page(f"en/{ENTRY}.html", permissions=["clipboard-read", "clipboard-write"])
    page.locator("[data-way=copy]").click()
    page.get_by_role("status").get_by_text("Copied.").wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("Who can apply?\n")
    assert copied.endswith(f"\nhttps://tomoni.example/guide/en/{ENTRY}.html")
    assert "https://www.soumu.metro.tokyo.lg.jp/" in copied and "22 November 2026" in copied
    assert page.locator(".ways a").get_attribute("href").startswith("https://line.me/R/share?text=Who%20can%20apply")


@pytest.mark.parametrize("leave", ["button", "keys"])
def test_leaving_replaces_the_page_and_keeps_nothing(open_page: Callable[..., Any], leave: str) -> None:
    page = open_page("ja/index.html")
    before = page.evaluate("history.length")
    if leave == "button":
        page.locator("#exit").click()
    else:
        for _ in range(3):
            page.keyboard.press("Escape")
    page.wait_for_url("**/calendar.html")
    assert page.evaluate("history.length") == before
    assert page.title() == "カレンダー"
    assert page.evaluate("[localStorage.length, sessionStorage.length, document.cookie]") == [0, 0, ""]


def test_by_keyboard_alone_one_reaches_an_answer(open_page: Callable[..., Any]) -> None:
    page = open_page("en/index.html")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.closest('.links') !== null"):
            break
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/{ENTRY}.html")


def test_a_printed_answer_fits_a_page_with_its_code_and_marks(open_page: Callable[..., Any]) -> None:
    import pypdfium2

    page = open_page(f"ja/{ENTRY}.html")
    printed = pypdfium2.PdfDocument(page.pdf(prefer_css_page_size=True))
    text = "".join(p.get_textpage().get_text_range() for p in printed)
    assert len(printed) == 1
    assert "eligibility_summary" in text and f"https://tomoni.example/guide/ja/{ENTRY}.html" in text
    assert "印刷する" not in text and "すぐ閉じる" not in text
