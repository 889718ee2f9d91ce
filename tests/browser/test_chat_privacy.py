"""The chat page leaves nothing behind and tells a bystander nothing."""

from __future__ import annotations

import re

import pytest
from test_chat_page import say

from bot.channels.pages import STATIC

pytestmark = pytest.mark.browser

STORED = """async () => [localStorage.length, sessionStorage.length, (await indexedDB.databases()).length,
  (await caches.keys()).length, (await navigator.serviceWorker.getRegistrations()).length]"""
TELLING = re.compile(r"partner|oath|lgbt|same.?sex|gay|パートナー|宣誓|同性|性的", re.IGNORECASE)
LIMIT_MS = 200


def by_button(page) -> None:
    page.click("#exit", no_wait_after=True)


def by_key(page) -> None:
    for _ in range(3):
        page.keyboard.press("Escape")


@pytest.mark.parametrize("leave", [by_button, by_key])
def test_leaving_is_quick_and_leaves_nothing(open_chat, url, bot, leave):
    page = open_chat()
    page.goto("about:blank")
    page.goto(url)
    say(page, "片方だけ埼玉に住んでいます")
    page.fill("#text", "書きかけ")
    # The moment of the deciding press, kept in the only place that survives the navigation.
    page.evaluate("""() => { for (const kind of ['keydown', 'click'])
      addEventListener(kind, () => { window.name = String(Date.now()); }, true); }""")
    leave(page)
    page.wait_for_url("**/static/calendar.html")
    page.wait_for_load_state()
    timing = (
        "performance.timeOrigin + performance.getEntriesByType('navigation')[0].domInteractive - Number(window.name)"
    )
    assert 0 < page.evaluate(timing) < LIMIT_MS
    assert page.title() == "カレンダー"
    page.go_back()
    assert page.url == "about:blank"
    page.wait_for_timeout(200)
    assert page.context.cookies() == []
    left = bot.heard[-1].sender_id
    page.goto(url)
    assert page.locator("#messages li").count() == 0
    assert page.input_value("#text") == ""
    say(page, "片方だけ")
    assert bot.heard[-1].sender_id != left


def test_the_words_are_gone_at_the_very_moment_of_leaving(open_chat):
    page = open_chat()
    say(page, "片方だけ埼玉に住んでいます")
    assert page.evaluate("(document.getElementById('exit').click(), document.body.textContent)") == ""
    page.wait_for_url("**/static/calendar.html")  # a context closed while a page is on its way may never finish closing


def test_escape_during_a_conversion_or_held_down_or_slowly_does_not_leave(open_chat):
    page = open_chat()
    page.focus("#text")
    page.evaluate("""() => { const field = document.getElementById('text');
      field.dispatchEvent(new CompositionEvent('compositionstart', {bubbles: true}));
      for (let n = 0; n < 4; n += 1) field.dispatchEvent(new KeyboardEvent('keydown', {key: 'Escape', isComposing: true, bubbles: true}));
      field.dispatchEvent(new CompositionEvent('compositionend', {bubbles: true}));
      for (let n = 0; n < 4; n += 1) field.dispatchEvent(new KeyboardEvent('keydown', {key: 'Escape', repeat: n > 0, bubbles: true})); }""")
    page.wait_for_timeout(100)
    assert page.locator("#exit").count() == 1
    assert "あと2回" in page.locator("#status").inner_text()


def test_nothing_is_stored_and_nothing_asked_of_others(open_chat, url):
    page = open_chat()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(url)
    say(page, "片方だけ埼玉に住んでいます")
    say(page, "つらい")
    page.click("button[data-lang='ja-easy']")
    assert page.evaluate(STORED) == [0, 0, 0, 0, 0]
    assert asked
    assert [address for address in asked if not address.startswith(url)] == []
    cookies = page.context.cookies()
    assert [cookie["name"] for cookie in cookies] == ["sid"]
    assert cookies[0]["httpOnly"]
    assert cookies[0]["expires"] == -1
    assert page.evaluate("document.cookie") == ""


def test_erasing_begins_a_new_conversation(open_chat, bot):
    page = open_chat()
    say(page, "片方だけ")
    before = bot.heard[-1].sender_id
    page.click("#menu summary")
    with page.expect_response("**/end"):
        page.click("#clear")
    page.get_by_text("会話を消しました").wait_for()
    assert page.locator("#messages li").count() == 0
    say(page, "片方だけ")
    assert bot.heard[-1].sender_id != before


def test_reloading_forgets(open_chat, bot):
    page = open_chat()
    say(page, "片方だけ")
    before = bot.heard[-1].sender_id
    page.reload()
    assert page.locator("#messages li").count() == 0
    say(page, "片方だけ")
    assert bot.heard[-1].sender_id != before


def test_a_hidden_page_shows_no_conversation(open_chat):
    page = open_chat()
    page.evaluate("""() => { Object.defineProperty(document, 'hidden', {value: true, configurable: true});
      document.dispatchEvent(new Event('visibilitychange')); }""")
    assert page.evaluate("getComputedStyle(app).opacity") == "0"


def test_title_icon_address_and_file_names_tell_nothing(open_chat):
    page = open_chat()
    say(page, "片方だけ埼玉に住んでいます")
    head = page.evaluate("document.head.outerHTML")
    assert page.title() == "ともに"
    assert not TELLING.search(head)
    assert not TELLING.search(page.url)
    for path in STATIC.iterdir():
        assert not TELLING.search(path.name)
        if path.suffix == ".svg" or path.name.startswith("calendar"):
            assert not TELLING.search(path.read_text(encoding="utf-8"))
