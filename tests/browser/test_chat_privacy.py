"""The chat page leaves nothing behind and tells a bystander nothing."""

from __future__ import annotations

import re

import pytest
from driving import READY, left_by_button, left_by_key, milliseconds_to_leave, quickest, say, until

from bot.channels.pages import STATIC

pytestmark = pytest.mark.browser

STORED = """async () => [localStorage.length, sessionStorage.length, (await indexedDB.databases()).length,
  (await caches.keys()).length, (await navigator.serviceWorker.getRegistrations()).length]"""
TELLING = re.compile(r"partner|oath|lgbt|same.?sex|gay|パートナー|宣誓|同性|性的", re.IGNORECASE)
LIMIT_MS = 200


@pytest.mark.parametrize("leave", [left_by_button, left_by_key])
def test_leaving_is_quick_and_leaves_nothing(open_chat, url, bot, leave):
    def once() -> float:
        page = open_chat()
        page.goto("about:blank")
        page.goto(url)
        page.locator(READY).wait_for(state="attached")
        say(page, "片方だけ埼玉に住んでいます")
        page.fill("#text", "書きかけ")
        took = milliseconds_to_leave(page, leave)
        assert page.title() == "カレンダー"
        assert page.evaluate(STORED) == [0, 0, 0, 0, 0]
        page.go_back()
        assert page.url == "about:blank"
        left = bot.heard[-1].sender_id
        page.goto(url)
        page.locator(READY).wait_for(state="attached")
        assert page.locator("#messages li").count() == 0
        assert page.input_value("#text") == ""
        say(page, "片方だけ")
        assert bot.heard[-1].sender_id != left
        return took

    times = quickest(6, LIMIT_MS, once)
    assert 0 < min(times) < LIMIT_MS, times


def test_leaving_takes_the_cookie_away(open_chat):
    page = open_chat()
    say(page, "片方だけ埼玉に住んでいます")
    page.click("#exit", no_wait_after=True)
    page.wait_for_url("**/static/calendar.html")
    assert until(page, lambda: page.context.cookies() == [])


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
    page.locator("#status").get_by_text("あと2回").wait_for()
    assert page.locator("#exit").count() == 1


def test_nothing_is_stored_and_nothing_asked_of_others(open_chat, url):
    page = open_chat()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(url)
    page.locator(READY).wait_for(state="attached")
    say(page, "片方だけ埼玉に住んでいます")
    say(page, "つらい")
    page.click("a[data-lang='ja-easy']")
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
    page.locator(READY).wait_for(state="attached")
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
        if path.is_file() and (path.suffix == ".svg" or path.name.startswith("calendar")):
            assert not TELLING.search(path.read_text(encoding="utf-8"))
