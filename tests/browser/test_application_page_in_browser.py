"""The page /a in a real browser. Pictures go to $TOMONI_PICTURES when that is set."""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any
from unittest import mock

import fake_backend
import pytest
from driving import PATIENCE_MS, left_by_button, left_by_key, milliseconds_to_leave, quickest, until, violations
from test_chat_privacy import LIMIT_MS, STORED
from test_check_page_in_browser import FAINT, STRUCTURE, WIDE

from bot.applications.model import Contact, ContactKind, Wishes
from bot.applications.service import Applications
from bot.applications.views import Started
from bot.channels.application_page import application_pages
from bot.channels.webchat import WebChatInput
from bot.rules.checklist import Circumstance
from bot.rules.periods import Span
from bot.settings import read
from tests.drills.installation import installation

pytestmark = pytest.mark.browser

WISHES = Wishes(
    "ja",
    frozenset(
        {
            Circumstance.LIVES_IN_TOKYO,
            Circumstance.WORKS_IN_TOKYO,
            Circumstance.FOREIGN_NATIONAL,
            Circumstance.WANTS_CHILD_NAME,
        }
    ),
    Span.month(2027, 4),
)
PAGES = ("wishes", "contact", "pin", "phone", "withdraw", "erase")
SMALL = """() => [...document.querySelectorAll('.exit, a.onward, a.skip:focus, a.button, a.row, button, select, summary, .option, input.covered, #receipt, #address')]
  .filter((e) => { const b = e.getBoundingClientRect(); return b.width < 44 || b.height < 43.9; }).map((e) => e.outerHTML)"""
NARROWEST = 320  # where axe-core looks too: it takes a third of a second a page
TELLING = ("パートナー", "性的", "同性", "カップル", "LGBT")


@pytest.fixture(scope="module")
def applications(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Applications]:
    """A database of this file's own."""
    found = installation(f"sqlite:///{tmp_path_factory.mktemp('applications') / 'tomoni.db'}")
    yield found
    found.store.close()


@pytest.fixture(scope="module")
def origin(applications: Applications, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server with the chat and the page, as `bot.serve` mounts them."""
    plain, settings = fake_backend.app_with, read({}, tmp_path_factory.mktemp("var"))

    def app_with(channel: Any, bot: Any) -> Any:
        app = plain(channel, bot)
        app.blueprint(application_pages(lambda: applications, settings, per_minute=6000, burst=1000))
        return app

    with mock.patch.object(fake_backend, "app_with", app_with), fake_backend.running(WebChatInput(), None) as address:
        yield address.removesuffix("/webhooks/web/")


@pytest.fixture(scope="module")
def start(applications: Applications) -> Callable[[], Started]:
    """A new case."""
    keys = itertools.count()
    contact = Contact(ContactKind.EMAIL, "a@example.org")
    return lambda: applications.start(WISHES, contact, f"confirmation-{next(keys)}", date(2026, 11, 22))


@pytest.fixture
def open_page(browser: Any, origin: str) -> Iterator[Callable[..., Any]]:
    """Opens the page; `script=False` switches JavaScript off. Any fault in the console fails the test."""
    contexts, faults = [], []

    def open_(lang: str = "ja", width: int = 390, height: int = 844, script: bool = True, **options: Any) -> Any:
        size = {"width": width, "height": height}
        context = browser.new_context(viewport=size, locale="ja-JP", java_script_enabled=script, **options)
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        page = context.new_page()
        # Chromium reports a form that was refused (403, 422) as a resource that failed to load.
        page.on("console", lambda line: faults.append(line.text) if "status of 4" not in line.text else None)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("response", lambda r: faults.append(f"{r.status} {r.url}") if r.status >= 500 else None)
        page.goto(f"{origin}/a?lang={lang}")
        return page

    yield open_
    for context in contexts:
        context.close()
    assert faults == []


def enter(page: Any, case: Started) -> None:
    page.fill("#receipt", case.receipt)
    page.fill("#pin", case.pin)
    page.locator("#enter .send").click()
    page.locator("#state").wait_for()
    page.wait_for_load_state()  # the module that listens for Escape runs after the page is drawn


def picture(page: Any, name: str) -> None:
    if folder := os.environ.get("TOMONI_PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def sound(page: Any, axe: bool = False) -> None:
    """What every page of ours is held to; `axe` asks axe-core too."""
    page.wait_for_load_state()
    assert page.evaluate(WIDE) <= 0, page.url
    assert page.evaluate(SMALL) == [], page.url
    assert page.evaluate(FAINT) == [], page.url
    found = page.evaluate(STRUCTURE)
    assert found == {"h1": 1, "unnamed": 0, "legends": True, "ids": [], "levels": True, "scripts": 1}, page.url
    if axe:
        assert violations(page) == [], page.url


@pytest.mark.parametrize("lang", ["ja", "en", "ja-easy"])
def test_the_whole_life_without_javascript(open_page, start, origin, lang):
    case = start()
    page = open_page(lang, script=False)
    enter(page, case)
    assert page.url == f"{origin}/a"
    assert page.title() == "ともに"
    page.locator("input[name=ready]").first.check()
    page.locator("#tick .send").click()
    page.locator("#said").wait_for()
    assert page.locator("input[name=ready]:checked").count() == 1
    page.reload()
    assert page.locator("#said").count() == 0  # loading again says and does nothing
    page.locator("a.row[href='/a/wishes']").click()
    page.select_option("#month", "2027-06")
    page.locator("#wishes .send").click()
    page.locator("#said").wait_for()
    page.locator("a.row[href='/a/contact']").click()
    page.locator("input[value=none]").check()
    page.locator("#contact .send").click()
    page.locator("#said").wait_for()
    page.locator("a.row[href='/a/pin']").click()
    page.fill("#receipt", case.receipt)
    page.fill("#pin", case.pin)
    page.locator("#pin-form .send").click()
    assert re.fullmatch(r"\d{6}", page.locator("output").inner_text())
    picture(page, f"application-new-pin-{lang}")
    page.locator("main .send").click()
    page.locator("#said").wait_for()
    page.locator("a[href='/a/filed']").click()
    page.locator("main .send").click()
    page.locator("[data-state=submitted]").wait_for()
    picture(page, f"application-submitted-{lang}")
    page.locator("a.row[href='/a/withdraw']").click()
    page.locator("main .send").click()
    page.locator("[data-state=withdrawn]").wait_for()
    picture(page, f"application-withdrawn-{lang}")
    page.locator("a.row[href='/a/erase']").click()
    page.locator("main .send").click()
    page.locator("#said").wait_for()
    assert page.locator("form[method=post]").count() == 0
    picture(page, f"application-erased-{lang}")
    assert page.context.cookies() == []


def test_the_keyboard_alone_is_enough(open_page, start):
    case = start()
    page = open_page()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.wait_for_function("document.activeElement.id === 'receipt'")
    page.keyboard.type(case.receipt.lower())
    page.keyboard.press("Tab")
    page.keyboard.type(case.pin)
    page.keyboard.press("Enter")
    page.locator("#state").wait_for()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # past the header
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name") == "ready":
            break
    ring = page.evaluate("getComputedStyle(document.activeElement.closest('.option')).outlineWidth")
    assert ring == "4px"
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    page.locator("#said").wait_for()
    page.wait_for_function("document.activeElement.id === 'said'")  # what was done is read first
    assert page.locator("input[name=ready]:checked").count() == 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("lang", ["ja", "en", "ja-easy"])
@pytest.mark.parametrize("width", [320, 390, 1280])
def test_each_size_fits_reads_and_can_be_hit(open_page, start, origin, width, lang, scheme):
    case = start()
    page = open_page(lang, width=width, color_scheme=scheme)
    sound(page, width == NARROWEST)
    page.locator("summary").click()
    sound(page, width == NARROWEST)
    picture(page, f"application-enter-{width}-{lang}-{scheme}")
    page.fill("#receipt", "TP-0000-0000-0000")
    page.fill("#pin", "1")
    page.locator("#enter .send").click()
    page.locator("#said").wait_for()
    sound(page, width == NARROWEST)
    picture(page, f"application-refused-{width}-{lang}-{scheme}")
    enter(page, case)
    page.locator("input[name=ready]").nth(1).check()
    for summary in page.locator("summary").all():
        summary.click()
    sound(page, width == NARROWEST)
    picture(page, f"application-status-{width}-{lang}-{scheme}")
    for name in PAGES:
        page.goto(f"{origin}/a/{name}")
        sound(page, width == NARROWEST)
        picture(page, f"application-{name}-{width}-{lang}-{scheme}")
    page.goto(f"{origin}/a/phone")
    page.locator("main .send").click()
    page.locator("svg.code").wait_for()
    sound(page, width == NARROWEST)
    assert page.locator("svg.code").bounding_box()["width"] >= 180
    picture(page, f"application-code-{width}-{lang}-{scheme}")
    page.goto(f"{origin}/a/contact")
    page.locator("input[value=email]").check()
    page.fill("#address", "nobody")
    page.locator("#contact .send").click()
    page.locator("#said").wait_for()
    sound(page, width == NARROWEST)
    picture(page, f"application-bad-contact-{width}-{lang}-{scheme}")


def test_the_pin_is_covered_but_no_browser_offers_to_keep_it(open_page):
    page = open_page()
    assert page.evaluate("getComputedStyle(document.getElementById('pin')).webkitTextSecurity") == "disc"
    assert page.locator("input[type=password]").count() == 0
    for field in ("receipt", "pin"):
        assert page.locator(f"#{field}").get_attribute("autocomplete") == "off"
    assert page.locator("#pin").get_attribute("inputmode") == "numeric"


@pytest.mark.parametrize("leave", [left_by_button, left_by_key])
def test_leaving_is_quick_ends_the_session_and_leaves_nothing(open_page, start, origin, leave):
    def once() -> float:
        page = open_page()
        enter(page, start())
        cookie = page.context.cookies()
        took = milliseconds_to_leave(page, leave)
        assert page.title() == "カレンダー"
        assert until(page, lambda: page.context.cookies() == [])
        assert page.evaluate(STORED) == [0, 0, 0, 0, 0]
        page.go_back()
        page.wait_for_load_state()
        assert page.locator("#state").count() == 0
        assert page.input_value("#receipt") == page.input_value("#pin") == ""
        # A copy of the cookie is worth nothing.
        page.context.add_cookies(cookie)
        page.goto(f"{origin}/a")
        assert page.locator("#state").count() == 0
        return took

    times = quickest(6, LIMIT_MS, once)
    assert 0 < min(times) < LIMIT_MS, times


def test_without_javascript_leaving_ends_the_session_too(open_page, start):
    page = open_page(script=False)
    enter(page, start())
    page.click("#exit")
    page.wait_for_url("**/static/calendar.html")
    assert page.context.cookies() == []
    page.go_back()
    assert page.locator("#state").count() == 0


def test_before_anything_is_opened_leaving_is_a_plain_link(open_page):
    page = open_page(script=False)
    page.click("#exit")
    page.wait_for_url("**/static/calendar.html")


def test_nothing_is_stored_and_nothing_asked_of_others(open_page, start, origin):
    page = open_page()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    enter(page, start())
    page.goto(f"{origin}/a/phone")
    page.locator("main .send").click()
    page.locator("svg.code").wait_for()
    assert page.evaluate(STORED) == [0, 0, 0, 0, 0]
    assert all(url.startswith(origin) for url in asked)
    cookies = page.context.cookies()
    assert [(c["name"], c["httpOnly"], c["sameSite"], c["expires"]) for c in cookies] == [("aid", True, "Strict", -1)]


def test_another_site_cannot_bring_the_session_along(open_page, start, origin):
    page = open_page()
    enter(page, start())
    page.route("https://evil.example/", lambda route: route.fulfill(
        content_type="text/html",
        body=f"<link rel=icon href=data:,><form method=post action={origin}/a/erase><input name=token value=x><button id=go>x</button></form>",
    ))  # fmt: skip
    page.goto("https://evil.example/")
    with page.expect_response("**/a/erase") as answer:
        page.click("#go")
    assert answer.value.status == 403
    page.goto(f"{origin}/a")
    page.locator("#state").wait_for()


def test_a_link_on_another_site_does_not_close_what_is_open(open_page, start, origin):
    page = open_page()
    enter(page, start())
    page.route("https://mail.example/", lambda route: route.fulfill(
        content_type="text/html", body=f"<link rel=icon href=data:,><a href={origin}/a>news</a>"
    ))  # fmt: skip
    page.goto("https://mail.example/")
    page.click("a")
    page.locator("#state").wait_for()


def test_a_one_time_link_opens_on_a_phone_by_its_button(open_page, start, applications, origin):
    from bot.applications.views import Caller

    case, caller = start(), Caller("line-chat")
    token = applications.issue_one_time_link(applications.look_up(case.receipt, case.pin, caller).grant, caller)
    page = open_page(script=False, width=320)
    page.goto(f"{origin}/a/{token}")
    picture(page, "application-link")
    page.locator("main .send").click()
    page.locator("#state").wait_for()
    assert page.url == f"{origin}/a"


def test_an_invitation_asks_before_it_links_the_chat(open_page, start, applications, origin):
    from bot.applications.views import Caller

    case, chat = start(), Caller("web-chat-that-invites")
    page = open_page()
    page.goto(f"{origin}/a/{applications.invite_to_page(chat)}")
    page.locator("main .send").click()
    assert not page.locator("input[name=link]").is_checked()
    sound(page)
    picture(page, "application-invitation")
    page.locator("input[name=link]").check()
    enter(page, case)
    assert page.locator("#said").count() == 1
    assert applications.look_up_linked(chat).application.id == case.application


def test_the_papers_print_on_a_sheet_that_tells_nothing(open_page, start):
    page = open_page(width=794)
    enter(page, start())
    page.locator("input[name=ready]").first.check()
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.querySelector('.papers')).breakBefore") == "page"
    hidden = page.locator(".exit, .languages, .actions, .screen, .next, details")
    assert hidden.evaluate_all("(all) => all.every((e) => !e.offsetParent)")
    printed = page.locator("body").inner_text()
    assert not [word for word in TELLING if word in printed]
    assert "印を保存" not in printed
    picture(page, "application-print")
    if folder := os.environ.get("TOMONI_PICTURES"):
        page.pdf(path=Path(folder) / "application-print.pdf", format="A4")


def test_forced_colours_keep_ticks_and_buttons_visible(open_page, start):
    page = open_page(forced_colors="active")
    enter(page, start())
    page.locator("input[name=ready]").first.check()
    border = "getComputedStyle(document.querySelector('.papers li:has(input:checked)')).borderTopWidth"
    assert page.evaluate(border) == "3px"
    for button in (".send", ".button", ".second"):
        assert page.evaluate(f"getComputedStyle(document.querySelector('main {button}')).borderTopWidth") == "1px"
    picture(page, "application-forced")


def test_at_strong_zoom_the_header_leaves_room(open_page):
    page = open_page(width=320, height=256)
    page.locator("#pin").focus()
    bar, field = (page.locator(s).bounding_box() for s in (".bar", "#pin"))
    assert bar["y"] + bar["height"] < 70
    assert field["y"] >= bar["y"] + bar["height"]


def test_another_language_stays_on_the_same_page(open_page, start, origin):
    page = open_page(script=False)
    enter(page, start())
    page.goto(f"{origin}/a/wishes")
    page.get_by_role("button", name="English", exact=True).click()
    page.get_by_role("heading", name="Change plan and wishes").wait_for()
    page.goto(f"{origin}/a")
    assert page.locator("html").get_attribute("data-lang") == "en"
