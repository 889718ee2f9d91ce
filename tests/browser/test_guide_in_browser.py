"""The guide in a browser: from a server, from a folder, without script, at 320 px, in every language and colour."""

from __future__ import annotations

import functools
import re
import threading
from collections.abc import Callable, Iterator
from datetime import date
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from driving import violations

from bot.guide.addresses import FOLDERS, code
from bot.guide.contents import Contents
from bot.guide.search import everyday_words
from bot.knowledge.loader import Knowledge
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


EVERYDAY = {
    "ja": {
        "お金": "application_fee", "いくら": "application_fee", "ひよう": "application_fee", "料金": "application_fee",
        "引っ越し": "changes_move_within_tokyo", "ひっこし": "changes_move_within_tokyo", "やめたい": "changes_breakup",
        "わかれた": "changes_breakup", "別れた": "changes_breakup", "病院": "coverage_hospital_list", "びょういん": "coverage_hospital_list",
        "会社にばれる": "privacy_does_bot_report", "会社にばれたくない": "privacy_does_bot_report", "内緒": "application_privacy",
        "名前": "changes_name_change", "仕事": "coverage_company_benefits", "上司": "privacy_does_bot_report",
        "必要なもの": "documents_overview", "なくした": "changes_lost", "再発行": "changes_lost", "離婚": "changes_breakup",
        "死んだら": "changes_death", "子供": "certificate_children", "アパート": "coverage_rental", "税金": "limits_tax_spouse",
        "年金": "limits_pension", "ビザ": "limits_spouse_visa", "外国人": "eligibility_nationality", "何歳": "eligibility_age",
        "弁護士": "support_bar_phone", "つらい": "support_yorisoi", "電話番号": "support_office", "申し込み": "application_how",
    },
    "ja-easy": {
        "おかね": "application_fee", "いくら": "application_fee", "ひっこし": "changes_move_within_tokyo",
        "やめたい": "changes_breakup", "わかれた": "changes_breakup", "びょういん": "coverage_hospital_list",
        "なまえ": "changes_name_change", "しごと": "coverage_company_benefits", "ひみつ": "application_privacy",
        "もうしこみ": "application_how", "こども": "certificate_children", "いえ": "coverage_rental",
    },
    "en": {
        "cost": "application_fee", "money": "application_fee", "how much": "application_fee", "break up": "changes_breakup",
        "we broke up": "changes_breakup", "divorce": "changes_breakup", "hospital": "coverage_hospital_list",
        "boss": "privacy_does_bot_report", "secret": "application_privacy", "job": "coverage_company_benefits",
        "name": "changes_name_change", "move": "changes_move_within_tokyo", "lost": "changes_lost", "visa": "limits_spouse_visa",
        "apartment": "coverage_rental", "kids": "certificate_children", "lawyer": "support_bar_phone", "tax": "limits_tax_spouse",
        "how do I apply": "application_how", "what to bring": "documents_overview", "lonely": "support_yorisoi",
    },
}  # fmt: skip


@pytest.mark.parametrize("lang", LANGUAGES)
def test_everyday_words_find_what_they_ask_for(open_page: Callable[..., Any], lang: str) -> None:
    page = open_page(f"{FOLDERS[lang]}/index.html")
    missed = {}
    for words, wanted in EVERYDAY[lang].items():
        page.fill("#words", words)
        page.press("#words", "Enter")
        found = page.locator("#results a").evaluate_all("all => all.map(a => a.getAttribute('href'))")
        if f"{code(wanted)}.html" not in found[:8]:
            missed[words] = (
                found.index(f"{code(wanted)}.html") if f"{code(wanted)}.html" in found else len(found) - 1000
            )
    assert missed == {}


def test_every_everyday_word_belongs_to_a_page(knowledge: Knowledge) -> None:
    pages = {e.id for e in Contents(knowledge, date(2026, 11, 22), "").entries}
    for answer, words in everyday_words().items():
        assert answer in pages and set(words) == {"ja", "en"}, answer
        assert all(isinstance(word, str) and word.strip() for given in words.values() for word in given), answer


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


def test_after_leaving_going_back_shows_none_of_the_pages_read(open_page: Callable[..., Any]) -> None:
    page = open_page("ja/index.html")
    for links in (".cards a", ".answers a"):
        here = page.url
        page.locator(links).first.click()
        page.wait_for_url(lambda url, here=here: url != here)
        page.wait_for_load_state()
    assert page.locator("article h1").count() == 1
    page.locator("#exit").click()
    page.wait_for_url("**/calendar.html")
    page.go_back()
    assert page.url == "about:blank"


def test_a_link_pressed_with_a_key_held_still_opens_a_tab(open_page: Callable[..., Any]) -> None:
    page = open_page("ja/index.html")
    with page.context.expect_page() as opened:
        page.locator(".cards a").first.click(modifiers=["Control"])
    opened.value.wait_for_load_state()
    assert page.url.endswith("ja/index.html")
    opened.value.locator("#exit").click()
    for one in (opened.value, page):  # leaving one tab leaves the other
        one.wait_for_url("**/calendar.html")


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


@pytest.mark.parametrize(
    "answer", ["eligibility_summary", "statistics_couples"]
)  # the first has most marks, the other is long
@pytest.mark.parametrize("folder", ["ja", "en"])
def test_a_printed_answer_fits_a_page_with_its_code_and_marks(
    open_page: Callable[..., Any], folder: str, answer: str
) -> None:
    import pypdfium2

    page = open_page(f"{folder}/{code(answer)}.html")
    printed = pypdfium2.PdfDocument(page.pdf(prefer_css_page_size=True))
    text = "".join(p.get_textpage().get_text_range() for p in printed)
    assert len(printed) == 1
    assert answer in text and f"https://tomoni.example/guide/{folder}/{code(answer)}.html" in text
    assert not re.search("印刷する|すぐ閉じる|Leave now", text)
