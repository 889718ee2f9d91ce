"""The page /check in a real browser, with JavaScript and with JavaScript switched off. Pictures go to $TOMONI_PICTURES when that is set."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import fake_backend
import pypdfium2
import pytest
from driving import PATIENCE_MS, READY, left_by_button, left_by_key, until, violations

from bot.channels.check_page import check_pages
from bot.channels.webchat import WebChatInput

pytestmark = pytest.mark.browser

ANSWERS = {
    "people_count": "two",
    "has_sexual_minority": "prefer_not_to_say",
    "makes_oath": "yes",
    "both_adults": "yes",
    "any_marriage": "no",
    "any_other_partnership": "no",
    "close_relatives": "no",
    "tokyo_link": "live",
}
SMALL = """() => [...document.querySelectorAll('a.exit, a.onward, a.skip:focus, button:not(.hidden), select, summary, .option')]
  .filter((e) => { const b = e.getBoundingClientRect(); return b.width < 44 || b.height < 43.9; }).map((e) => e.outerHTML)"""
WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
# Contrast of every text against the nearest opaque background.
FAINT = """() => {
  const rgb = (c) => (c.match(/[\\d.]+/g) || []).map(Number);
  const lum = ([r, g, b]) => [r, g, b].map((v) => v / 255).map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, n) => sum + v * [0.2126, 0.7152, 0.0722][n], 0);
  const ground = (e) => { for (let n = e; n; n = n.parentElement) { const c = rgb(getComputedStyle(n).backgroundColor); if (c.length === 3 || c[3] === 1) return c; } return [255, 255, 255]; };
  const bad = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) { const e = walker.currentNode.parentElement; if (!walker.currentNode.data.trim() || e.closest('.hidden, .skip, option')) continue;
    const [a, b] = [lum(rgb(getComputedStyle(e).color)), lum(ground(e))].sort((x, y) => y - x); const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) bad.push([ratio.toFixed(2), walker.currentNode.data.trim().slice(0, 30)]); }
  return bad; }"""
STRUCTURE = """() => ({ h1: document.querySelectorAll('h1').length,
  unnamed: [...document.querySelectorAll('input:not([type=hidden]), select')].filter((e) => !e.labels.length).length,
  legends: [...document.querySelectorAll('fieldset')].every((f) => f.querySelector(':scope > legend')?.textContent.trim()),
  ids: [...document.querySelectorAll('[id]')].map((e) => e.id).filter((id, n, all) => all.indexOf(id) !== n),
  levels: [...document.querySelectorAll('h1, h2, h3')].map((e) => Number(e.tagName[1])).every((l, n, all) => n === 0 ? l === 1 : l - all[n - 1] <= 1),
  scripts: document.scripts.length })"""


@pytest.fixture(scope="module")
def origin() -> Iterator[str]:
    """A server with the chat and the page, as `bot.serve` mounts them."""
    plain = fake_backend.app_with

    def app_with(channel: Any, bot: Any) -> Any:
        app = plain(channel, bot)
        app.blueprint(check_pages())
        return app

    chat = WebChatInput()
    with mock.patch.object(fake_backend, "app_with", app_with), fake_backend.running(chat, None) as address:
        yield address.removesuffix("/webhooks/web/")


@pytest.fixture
def open_check(browser: Any, origin: str) -> Iterator[Callable[..., Any]]:
    """Opens the page; `script=False` switches JavaScript off."""
    contexts, refused = [], []

    def open_(lang: str = "ja", width: int = 390, height: int = 844, script: bool = True, **options: Any) -> Any:
        size = {"width": width, "height": height}
        options.setdefault("reduced_motion", "reduce")  # what fades in is measured when it is there
        context = browser.new_context(viewport=size, locale="ja-JP", java_script_enabled=script, **options)
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda line: refused.append(line.text))
        page.on("response", lambda r: refused.append(f"{r.status} {r.url}") if r.status >= 400 else None)
        page.goto(f"{origin}/check?lang={lang}")
        return page

    yield open_
    for context in contexts:
        context.close()
    assert refused == []


def answer(page: Any, **changes: str) -> None:
    for field, value in (ANSWERS | changes).items():
        if value:
            page.locator(f"input[name={field}][value={value}]").check()


def send(page: Any) -> None:
    page.locator("main .send").click()
    page.locator("[data-verdict]").wait_for()


def picture(page: Any, name: str) -> None:
    if folder := os.environ.get("TOMONI_PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


@pytest.mark.parametrize("lang", ["ja", "en", "ja-easy"])
def test_it_works_from_first_question_to_result_without_javascript(open_check, lang):
    page = open_check(lang, script=False)
    picture(page, f"questions-{lang}")
    answer(page)
    send(page)
    assert page.locator("[data-verdict=eligible]").count() == 1
    assert page.url.endswith("/check/result#result")
    assert page.title() == "ともに"
    picture(page, f"eligible-{lang}")
    page.locator(".again .send").click()
    page.locator("fieldset").first.wait_for()
    assert page.locator("input:checked").count() == len(ANSWERS)
    assert page.context.cookies() == []


def test_the_result_takes_the_focus_below_the_header(open_check):
    page = open_check()
    answer(page)
    send(page)
    # The page loads, scrolls to its anchor and moves the focus one after another: each is waited for, however busy the machine.
    page.wait_for_function("document.activeElement.id === 'result'")
    page.wait_for_function(
        "document.getElementById('result').getBoundingClientRect().top >= document.querySelector('.bar').getBoundingClientRect().bottom"
    )


def test_the_keyboard_alone_is_enough(open_check):
    page = open_check()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.name") == "people_count"
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    page.locator("[data-verdict=conditional]").wait_for()
    assert page.locator("html").get_attribute("data-lang") == "ja"
    assert page.locator("li[data-requirement='req-01-two-people'][data-status=met]").count() == 1


def test_another_language_keeps_the_answers_on_both_pages(open_check):
    page = open_check(script=False)
    answer(page)
    page.get_by_role("button", name="English").click()
    page.get_by_role("heading", name="Check whether").wait_for()
    assert page.locator("input:checked").count() == len(ANSWERS)
    send(page)
    page.get_by_role("button", name="やさしい日本語").click()
    page.locator("html[data-lang='ja-easy']").wait_for()
    assert page.locator("[data-verdict=eligible]").count() == 1


def test_without_script_leaving_shows_a_calendar_and_going_back_shows_no_result(open_check):
    from playwright.sync_api import Error as PlaywrightError

    page = open_check(script=False)
    answer(page, close_relatives="sibling")
    send(page)
    page.click("#exit")
    page.wait_for_url("**/static/calendar.html")
    assert page.title() == "カレンダー"
    with contextlib.suppress(PlaywrightError):  # Chromium asks before it would post again, and so loads nothing
        page.go_back(timeout=3000)
    page.wait_for_timeout(500)  # its own page about this arrives after the refusal
    assert page.locator("[data-verdict]").count() == 0


@pytest.mark.parametrize("leave", [left_by_button, left_by_key])
@pytest.mark.parametrize("answered", [False, True])
def test_leaving_by_button_or_key_shows_a_calendar_and_no_way_back(open_check, origin, leave, answered):
    page = open_check()
    if answered:
        answer(page, close_relatives="sibling")
        send(page)
    page.wait_for_load_state()
    leave(page)
    page.wait_for_url("**/static/calendar.html")
    page.go_back(wait_until="commit")
    # Before the questions stood an empty tab; from the result one comes to them, and they lead on by themselves.
    page.wait_for_url("**/static/calendar.html" if answered else "about:blank")
    assert page.locator("fieldset, [data-verdict]").count() == 0
    page.goto(f"{origin}/check")  # whoever asks for it anew gets it
    page.wait_for_load_state()
    assert page.locator("fieldset").count() > 0


def test_leaving_one_tab_leaves_the_others(open_check, origin):
    check = open_check()
    chat = check.context.new_page()
    chat.goto(f"{origin}/webhooks/web/")
    chat.locator(READY).wait_for(state="attached")
    check.wait_for_load_state()
    left_by_key(check)
    for page in (check, chat):
        page.wait_for_url("**/static/calendar.html")
    assert until(chat, lambda: chat.context.cookies() == [])
    again = chat.context.new_page()
    again.goto(f"{origin}/check")
    chat.goto(f"{origin}/webhooks/web/")
    chat.locator(READY).wait_for(state="attached")
    again.wait_for_load_state()
    left_by_button(chat)
    for page in (again, chat):
        page.wait_for_url("**/static/calendar.html")


def test_the_emptied_form_is_not_filled_in_again(open_check, origin):
    page = open_check()
    answer(page)
    page.goto(f"{origin}/webhooks/web/static/calendar.html")
    page.go_back()
    page.locator("fieldset").first.wait_for()
    assert page.locator("input:checked").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("lang", ["ja", "en", "ja-easy"])
@pytest.mark.parametrize("width", [320, 390, 1280])
def test_each_size_fits_reads_and_can_be_hit(open_check, width, lang, scheme):
    page = open_check(lang, width=width, color_scheme=scheme)
    answer(page, both_adults="", tokyo_link="move_in")
    for name in ("questions", "result"):
        if name == "result":
            page.select_option("#adult_month", index=6)
            page.locator("input[name=papers][value=foreign_national]").check()
            send(page)
        assert page.evaluate(WIDE) <= 0
        assert page.evaluate(SMALL) == []
        assert page.evaluate(FAINT) == []
        found = page.evaluate(STRUCTURE)
        assert found == {"h1": 1, "unnamed": 0, "legends": True, "ids": [], "levels": True, "scripts": 1}
        if width != 390:
            assert violations(page) == []
        picture(page, f"{name}-{width}-{lang}-{scheme}")


def test_at_strong_zoom_the_header_leaves_room_to_read(open_check):
    page = open_check(width=320, height=256)
    page.locator("input[name=makes_oath][value=yes]").focus()
    bar, option = (page.locator(s).bounding_box() for s in (".bar", ".option:has(input[name=makes_oath][value=yes])"))
    assert bar["y"] + bar["height"] < 70
    assert option["y"] >= bar["y"] + bar["height"]
    assert page.locator("#exit").bounding_box()["y"] >= 0


def test_forced_colours_keep_the_choices_visible(open_check):
    page = open_check(forced_colors="active")
    answer(page)
    border = "getComputedStyle(document.querySelector('.option:has(input:checked)')).borderTopWidth"
    assert page.evaluate(border) == "3px"
    picture(page, "forced-questions")
    send(page)
    picture(page, "forced-result")


def test_the_papers_print_on_a_sheet_that_tells_nothing_of_the_person(open_check):
    page = open_check(width=794)
    answer(page, any_other_partnership="yes")
    send(page)
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.querySelector('.papers')).breakBefore") == "page"
    assert page.locator(".exit, .languages, .again, .onward").evaluate_all("(all) => all.every((e) => !e.offsetParent)")
    assert page.locator(".bar").inner_text().strip() == "ともに"
    papers = page.locator(".papers").inner_text()
    for telling in ("パートナー", "性的", "同性", "カップル"):
        assert telling not in papers
    picture(page, "print")
    if folder := os.environ.get("TOMONI_PICTURES"):
        page.pdf(path=Path(folder) / "print.pdf", format="A4")


@pytest.mark.parametrize("lang", ["ja", "en", "ja-easy"])
def test_a_printed_result_wastes_no_sheet(open_check, lang):
    page = open_check(lang, width=794)
    answer(page, any_other_partnership="no")
    send(page)
    sheets = pypdfium2.PdfDocument(page.pdf(prefer_css_page_size=True))
    words = [sheet.get_textpage().get_text_range() for sheet in sheets]
    assert len(words) == 2  # what was found, with its sources; and the papers, which tell nothing of the person
    assert all(len(text) > 400 for text in words)
    assert "https://www.reiki.metro.tokyo.lg.jp" in words[0] and "https://" not in words[1]
    assert "%E" not in "".join(words)  # addresses as people can read them
    for sheet in sheets:  # nothing is cut off by a printer's edge
        boxes = [sheet.get_textpage().get_charbox(n) for n in range(0, sheet.get_textpage().count_chars(), 5)]
        assert min(box[0] for box in boxes if any(box)) > 30 and max(box[2] for box in boxes) < 595 - 30


def test_a_result_without_papers_fills_its_first_sheet_before_a_second(open_check):
    page = open_check(width=794)
    answer(page, close_relatives="lineal")
    send(page)
    sheets = pypdfium2.PdfDocument(page.pdf(prefer_css_page_size=True))
    first = sheets[0].get_textpage()
    lowest = min(first.get_charbox(n)[1] for n in range(first.count_chars()) if any(first.get_charbox(n)))
    assert len(sheets) <= 2
    assert len(sheets) == 1 or lowest < 120  # points above the edge, of 842


def test_close_kin_see_other_ways(open_check):
    page = open_check()
    answer(page, close_relatives="lineal")
    send(page)
    assert page.locator("[data-verdict=ineligible]").count() == 1
    assert page.locator(".papers").count() == 0
    picture(page, "kin")
