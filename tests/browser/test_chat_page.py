"""The chat page in a real browser: conversation, Japanese input, languages, sizes, failures."""

from __future__ import annotations

import json
import re

import pypdfium2
import pytest
import yaml
from driving import say

from bot.channels.pages import STATIC

pytestmark = pytest.mark.browser

NARROW = 320
BACKGROUND = "getComputedStyle(document.body).backgroundColor"


def test_a_conversation_with_sources_and_buttons(open_chat, bot):
    page = open_chat()
    say(page, "片方だけ埼玉に住んでいます")
    assert bot.heard[-1].metadata == {"lang": "ja"}
    answer = page.locator(".bot").first
    assert answer.get_attribute("lang") == "ja"
    assert answer.locator(".hidden").first.text_content() == "ともに: "
    assert page.locator(".user .hidden").first.text_content() == "あなた: "
    assert answer.locator("a[href='tel:0353882337']").count() == 1
    link = answer.locator("a[href^='https://www.soumu.metro.tokyo.lg.jp/10jinken/page/']")
    assert link.get_attribute("rel") == "noopener noreferrer"
    answer.locator("summary").click()
    assert answer.locator(".sources li").count() == 3
    assert "2024年12月31日 時点" in answer.locator(".sources").inner_text()
    related = answer.locator("button", has_text="手続きの流れ")
    related.click()
    page.locator(".bot").nth(1).wait_for()
    assert bot.heard[-1].text == "手続きの流れを教えてください"
    assert related.get_attribute("aria-disabled") == "true"
    assert "選択済み" in related.inner_text()
    page.wait_for_function("document.activeElement.id === 'text'")


def test_a_question_is_answered_once(open_chat, bot):
    page = open_chat()
    say(page, "条件を確認")
    choices = page.locator(".bot").first.locator("button")
    choices.first.click()
    page.locator(".bot").nth(1).wait_for()
    assert [b.get_attribute("aria-disabled") for b in choices.all()] == ["true"] * 3
    heard = len(bot.heard)
    choices.nth(1).click(force=True)
    page.wait_for_timeout(150)
    assert len(bot.heard) == heard


def test_a_person_in_danger_gets_buttons_to_call(open_chat):
    page = open_chat()
    say(page, "つらい")
    assert page.locator(".calls a").evaluate_all("links => links.map(l => l.getAttribute('href'))") == [
        "tel:0120279338", "tel:119", "tel:110"]  # fmt: skip


def test_texts_are_never_markup(open_chat):
    page = open_chat()
    say(page, "タグ <b>x</b>")
    assert page.locator("#messages :is(img, b, script)").count() == 0
    assert page.locator(".bot a").evaluate_all("l => l.map(a => a.href)") == ["https://example.org/a?b=1"]


KEY = "new KeyboardEvent('keydown', {{key: 'Enter', keyCode: {code}, isComposing: {composing}, bubbles: true, cancelable: true}})"


@pytest.mark.parametrize(
    "events",
    [
        pytest.param(["start", KEY.format(code=229, composing="true"), "end"], id="chromium"),
        pytest.param(["start", "end", KEY.format(code=229, composing="false")], id="safari"),
        pytest.param(["start", KEY.format(code=13, composing="true"), "end"], id="firefox"),
        pytest.param(["start", KEY.format(code=13, composing="false"), "end"], id="silent about composing"),
    ],
)
def test_enter_that_ends_a_conversion_does_not_send(open_chat, bot, events):
    page = open_chat()
    heard = len(bot.heard)
    page.fill("#text", "とうきょう")
    for event in events:
        made = event if event.startswith("new") else f"new CompositionEvent('composition{event}', {{bubbles: true}})"
        page.evaluate(f"document.getElementById('text').dispatchEvent({made})")
    page.wait_for_timeout(100)
    assert len(bot.heard) == heard
    assert page.input_value("#text") == "とうきょう"
    page.locator("#text").press("Enter")
    page.locator(".bot").wait_for()
    assert bot.heard[-1].text == "とうきょう"


def test_a_real_conversion_in_chromium(open_chat, bot):
    page = open_chat()
    page.focus("#text")
    devtools = page.context.new_cdp_session(page)
    devtools.send("Input.imeSetComposition", {"text": "とうきょう", "selectionStart": 5, "selectionEnd": 5})
    devtools.send(
        "Input.dispatchKeyEvent", {"type": "keyDown", "key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 229}
    )
    devtools.send("Input.insertText", {"text": "東京"})
    assert page.input_value("#text") == "東京"
    assert page.locator(".user").count() == 0
    page.keyboard.press("Enter")
    page.locator(".bot").wait_for()
    assert bot.heard[-1].text == "東京"


def test_shift_enter_and_the_setting_make_new_lines(open_chat):
    page = open_chat()
    page.fill("#text", "一")
    low = page.locator("#text").bounding_box()["height"]
    page.press("#text", "Shift+Enter")
    page.keyboard.type("二")
    assert page.input_value("#text") == "一\n二"
    assert page.locator("#text").bounding_box()["height"] > low
    page.click("#menu summary")
    page.check("#enter-newline")
    page.press("#text", "Enter")
    assert page.input_value("#text") == "一\n二\n"
    assert page.locator(".user").count() == 0
    page.press("#text", "Control+Enter")
    page.locator(".bot").wait_for()


@pytest.mark.parametrize(
    ("lang", "html", "send"), [("ja", "ja", "送信"), ("en", "en", "Send"), ("ja-easy", "ja", "送る")]
)
def test_the_languages(open_chat, bot, lang, html, send):
    page = open_chat()
    page.click(f"a[data-lang='{lang}']")
    assert page.evaluate("document.documentElement.lang") == html
    current = page.locator(".languages [aria-current]")
    assert [link.get_attribute("data-lang") for link in current.all()] == [lang]
    assert page.url.endswith("/webhooks/web/")  # the page stays, and with it the conversation
    assert page.locator("#guide").get_attribute("href").startswith(f"/guide/{lang.replace('ja-easy', 'easy')}/")
    assert re.sub("（.*?）", "", page.locator("#send").text_content()) == send
    assert page.locator("#starters button").count() == 6
    page.locator("#starters button").first.click()
    page.locator(".bot").wait_for()
    assert bot.heard[-1].metadata == {"lang": lang}
    assert page.title() == "ともに"


def test_the_first_language_is_the_readers(open_chat):
    assert open_chat(locale="en-GB").locator("#send").inner_text() == "Send"
    assert open_chat(locale="ja-JP").locator("#send").inner_text() == "送信"
    assert open_chat(locale="en-GB", path="?lang=ja-easy").locator("#send ruby").count() == 1
    assert open_chat(locale="ja-JP", path="?lang=toString").locator("#send").inner_text() == "送信"


def test_furigana_is_shown_above_and_kept_in_the_text(open_chat):
    page = open_chat(path="?lang=ja-easy")
    say(page, "一人（ひとり）です")
    assert page.locator(".user rt").all_text_contents() == ["ひとり"]
    assert page.locator(".user p").text_content() == "一人（ひとり）です"
    assert page.locator(".bot rt").count() > 5


WORDS = "e => Object.fromEntries(e.map(x => [x.dataset.word, x.textContent]))"


@pytest.mark.parametrize("lang", ["ja", "en", "ja-easy"])
def test_the_page_says_the_same_before_its_script_arrives(open_chat, lang):
    still = open_chat(path=f"?lang={lang}", java_script_enabled=False)
    assert still.locator("[data-word]").evaluate_all(WORDS) == open_chat(path=f"?lang={lang}").locator(
        "[data-word]"
    ).evaluate_all(WORDS)


@pytest.mark.parametrize("lang", ["ja", "en", "ja-easy"])
def test_a_printed_answer_begins_on_the_first_sheet_and_needs_no_other(open_chat, lang):
    page = open_chat(path=f"?lang={lang}")
    say(page, "片方だけ埼玉に住んでいます")
    sheets = pypdfium2.PdfDocument(page.pdf(prefer_css_page_size=True))
    words = sheets[0].get_textpage().get_text_range()
    assert len(sheets) == 1
    assert "03-5388-2337" in words and "https://www.reiki.metro.tokyo.lg.jp" in words  # answer and sources
    assert words.count("\n") > 12


@pytest.mark.parametrize("lang", ["ja", "en", "ja-easy"])
def test_without_script_every_question_stands_there_with_its_answer(open_chat, lang):
    page = open_chat(path=f"?lang={lang}", java_script_enabled=False)
    entries = [e for path in sorted((STATIC.parents[2] / "data/knowledge/answers").glob("*.yml"))
               for e in yaml.safe_load(path.read_text(encoding="utf-8")) if e.get("kind", "answer") == "answer"]  # fmt: skip
    questions = page.locator(".faq details")
    assert questions.count() > 150
    assert questions.count() - 4 <= len(entries)
    first = questions.nth(6)
    assert not first.locator("p").first.is_visible()
    first.locator("summary").click()
    assert len(first.locator("p").first.inner_text()) > 20
    for shown in (first, questions.nth(0)):  # an answer, and somebody to ask
        shown.evaluate("e => e.open = true")
        checked = re.sub(r"\s|[ぁ-ん]+(?=月|日|に|\d)", "", shown.locator(".date").inner_text())
        assert re.search({"en": "checked22November2026"}.get(lang, r"2026年11月22日"), checked), checked
    assert page.locator(".faq .date").count() == questions.count()
    assert first.locator("a").last.get_attribute("href").startswith("/guide/")
    for number in ("0353882337", "0120279338"):
        assert page.locator(f"a[href='tel:{number}']").count() >= 1
    assert "LINE" in page.locator(".faq details").nth(2).inner_text()
    assert page.locator("#composer, #menu, #starters").evaluate_all("all => all.every(e => !e.offsetParent)")
    page.click("a[data-lang='en']")
    page.get_by_role("heading", name="Questions and answers").wait_for()
    page.click("#exit")
    page.wait_for_url("**/static/calendar.html")


@pytest.mark.parametrize("lang", ["ja", "en", "ja-easy"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_narrow_phone_never_scrolls_sideways(open_chat, lang, scheme):
    page = open_chat(NARROW, 568, path=f"?lang={lang}", color_scheme=scheme)
    say(page, "条件を確認 " + "https://example.org/" + "x" * 200)
    page.click("#menu summary")
    page.locator(".menu .sheet").wait_for()
    assert page.evaluate("[document.documentElement, app].every(e => e.scrollWidth <= innerWidth)")
    box = page.locator(".sheet").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= NARROW
    small = "e => e.filter(x => x.offsetParent && (x.offsetHeight < 44 || x.offsetWidth < 44)).map(x => x.outerHTML)"
    assert page.locator("button, summary, textarea, .exit").evaluate_all(small) == []


def test_at_four_hundred_percent_the_exit_and_the_field_stay(open_chat):
    page = open_chat(NARROW, 256)
    say(page, "片方だけ埼玉に住んでいます")
    for part in ("#exit", "#text", "#send"):
        box = page.locator(part).bounding_box()
        assert 0 <= box["y"] <= 256 - 40, part
    answer, field = page.locator(".bot").first.bounding_box(), page.locator("#text").bounding_box()
    assert answer["y"] + 24 <= field["y"], "the answer's first line is seen"
    page.evaluate("app.scrollTop = 0")
    page.click("a[data-lang='en']")


def test_with_hardly_any_height_the_text_keeps_room(open_chat):
    page = open_chat(341, 160)  # 400 % on a laptop of 1366 x 768 with its bars
    say(page, "片方だけ埼玉に住んでいます")
    page.evaluate("app.scrollTop = app.scrollHeight / 2")
    bar, exit_ = page.locator(".bar").bounding_box(), page.locator("#exit").bounding_box()
    assert bar["y"] + bar["height"] <= 72, "the languages have scrolled away"
    assert 0 <= exit_["y"] <= 160 - 40
    page.focus("#text")
    page.wait_for_function("document.getElementById('text').getBoundingClientRect().bottom <= innerHeight")
    assert page.locator("#text").bounding_box()["y"] >= 0


def test_dark_and_reduced_motion(open_chat):
    assert open_chat(color_scheme="dark").evaluate(BACKGROUND) == "rgb(18, 20, 26)"
    assert open_chat(color_scheme="light").evaluate(BACKGROUND) == "rgb(255, 255, 255)"
    still = open_chat(reduced_motion="reduce")
    assert still.evaluate("getComputedStyle(app).scrollBehavior") == "auto"


def test_waiting_is_said_and_nothing_is_sent_meanwhile(open_chat, bot):
    page = open_chat()
    page.fill("#text", "遅い")
    page.press("#text", "Enter")
    page.get_by_role("status").get_by_text("回答を準備しています").wait_for()
    heard = len(bot.heard)
    page.fill("#text", "次")
    page.press("#text", "Enter")
    assert page.input_value("#text") == "次"
    page.locator(".bot").wait_for()
    assert page.locator("#status").inner_text() == ""
    assert len(bot.heard) == heard


def test_a_lost_message_is_sent_again_with_the_same_key(open_chat, bot):
    page = open_chat()
    keys, fail = [], [True]

    def route(route):
        keys.append(json.loads(route.request.post_data)["id"])
        route.abort() if fail.pop() else route.continue_()

    fail.insert(0, False)
    page.route("**/messages", route)
    say(page, "片方だけ")
    assert "送れませんでした" in page.locator(".problem").inner_text()
    page.click(".retry")
    page.locator(".bot").wait_for()
    assert keys[0] == keys[1]
    assert page.locator(".problem").count() == 0
    assert page.locator(".user").count() == 1


def test_failures_are_told_truthfully(open_chat):
    page = open_chat()
    say(page, "失敗")
    assert "03-5388-2337" in page.locator(".problem").inner_text()
    page.context.set_offline(True)
    page.locator("#offline").get_by_text("つながっていません").wait_for()
    say(page, "片方だけ")
    assert "つながっていません" in page.locator(".problem").last.inner_text()
    page.context.set_offline(False)
    page.locator("#offline").wait_for(state="hidden")


def test_a_too_long_text_stays_in_the_field_and_says_so(open_chat):
    page = open_chat()
    page.fill("#text", "あ" * 5003)
    page.click("#send")
    assert "3文字多い" in page.locator("#count").inner_text()
    assert page.locator(".user").count() == 0


def test_a_message_that_arrives_while_reading_above_is_announced(open_chat):
    page = open_chat()
    for _ in range(3):
        say(page, "片方だけ")
    page.fill("#text", "遅い")
    page.press("#text", "Enter")
    page.evaluate("app.scrollTo({top: 0, behavior: 'instant'})")
    page.locator("#jump").wait_for()
    page.click("#jump")
    page.locator("#jump").wait_for(state="hidden")


def test_dates_in_plain_japanese_are_read_as_people_read_them(open_chat):
    page = open_chat(path="?lang=ja-easy")
    say(page, "いつまでですか")
    assert page.locator(".bot ruby", has_text="1日").first.locator("rt").text_content() == "ついたち"
    dates = page.locator(".bot p").nth(1).text_content()
    assert (
        dates
        == "2027年（ねん）2月（がつ）1日（ついたち）から 2027年（ねん）4月（がつ）14日（か）までです。1年間（ねんかん）です。"
    )
