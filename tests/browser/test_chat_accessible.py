"""The chat page for people with a keyboard, a screen reader, strong zoom or their own colours: axe-core on every state."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from driving import SETTLED, say, violations

pytestmark = pytest.mark.browser

LANGUAGES = ("ja", "en", "ja-easy")
WIDE = "[document.documentElement, app].every(e => e.scrollWidth <= innerWidth)"


def picture(page, name: str) -> None:
    if folder := os.environ.get("TOMONI_PICTURES"):
        page.evaluate(SETTLED)
        page.screenshot(path=Path(folder) / f"chat-{name}.png")


def states(page):
    """Walks through every state the page can be in, and names each."""
    yield "welcome"
    page.click("#menu summary")
    yield "menu"
    page.click("#menu summary")
    say(page, "片方だけ埼玉に住んでいます")
    yield "answer"
    page.locator(".sources summary").last.click()
    page.locator(".tool.down").last.click()
    yield "sources-and-reasons"
    page.locator(".panel .chip").first.click()
    page.locator(".after .said:not(:empty)").first.wait_for()
    page.locator(".tool.named").last.click()
    page.get_by_role("button", name="QR").last.click()
    page.locator(".code img").wait_for()
    yield "sharing"
    page.locator(".related button").first.click()
    page.locator(".bot").nth(1).wait_for()
    yield "related-used"
    say(page, "条件を確認")
    yield "question"
    page.locator(".choices:not(.related) button").first.click()
    page.locator(".bot").nth(3).wait_for()
    say(page, "満たす")
    yield "eligible"
    say(page, "つらい")
    yield "danger"
    say(page, "失敗")
    yield "failure"
    page.fill("#text", "あ" * 1003)
    yield "too-long"
    page.fill("#text", "")
    page.keyboard.press("Escape")
    yield "one-escape"
    page.context.set_offline(True)
    page.locator("#offline:not([hidden])").wait_for()
    yield "offline"
    page.context.set_offline(False)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(("width", "height"), [(320, 640), (1280, 800)])
def test_no_state_breaks_a_rule_of_wcag(open_chat, width, height, lang, scheme):
    page = open_chat(width, height, path=f"?lang={lang}", color_scheme=scheme)
    broken = {}
    for name in states(page):
        picture(page, f"{name}-{width}-{lang}-{scheme}")
        broken[name] = violations(page)
        assert page.evaluate(WIDE), name
    assert len(broken) == 13
    assert {name: found for name, found in broken.items() if found} == {}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_list_without_script_breaks_none_either(browser, open_chat, lang):
    # axe-core needs script itself: the same page with script off, its content brought to a page that has it.
    source = open_chat(path=f"?lang={lang}", java_script_enabled=False)
    content, address = source.content(), source.url
    page = browser.new_context(viewport={"width": 320, "height": 640}).new_page()
    shown = content.replace("<noscript>", "").replace("</noscript>", "").replace('<script type="module"', "<template")
    page.route(
        address, lambda route: route.fulfill(content_type="text/html", body=shown.replace("</script>", "</template>"))
    )
    page.goto(address)
    page.locator(".faq details").nth(6).locator("summary").click()
    picture(page, f"faq-{lang}")
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.context.close()


def test_forced_colours_leave_every_border_and_mark(open_chat):
    page = open_chat(forced_colors="active")
    say(page, "片方だけ埼玉に住んでいます")
    page.click(".tool >> nth=0")
    page.locator(".tool[aria-pressed='true']").wait_for()
    picture(page, "forced")
    for part in (".bubble", ".tool", ".exit", ".send", ".languages [aria-current]"):
        assert page.evaluate(f"getComputedStyle(document.querySelector({part!r})).borderTopWidth") == "1px", part
    assert violations(page) == []


def focused(page) -> str:
    return page.evaluate(
        "(e => e.id || e.dataset.lang || [...e.classList].join('.') || e.textContent.trim().slice(0, 20))(document.activeElement)"
    )


def test_a_whole_conversation_by_keyboard_alone(open_chat, bot, counted):
    page = open_chat(1280, 800)
    order = []
    for _ in range(8):
        page.keyboard.press("Tab")
        order.append(focused(page))
    assert order == ["skip", "ja", "en", "ja-easy", "メニュー", "exit", "私たちは届け出できますか？", "必要な書類は何ですか？"]  # fmt: skip
    page.keyboard.press("Enter")
    page.locator(".bot").wait_for()
    assert bot.heard[-1].text == "必要な書類は何ですか？"
    assert focused(page) == "text"
    page.keyboard.type("片方だけ埼玉に住んでいます")
    page.keyboard.press("Enter")
    page.locator(".bot").nth(1).wait_for()
    # Backwards from the field: the newest questions, then sharing and rating, then the sources.
    back = []
    for _ in range(7):
        page.keyboard.press("Shift+Tab")
        back.append(page.evaluate("document.activeElement.innerText.trim() || document.activeElement.title"))
    assert back[:3] == [
        "引っ越す前でも届け出できますか？",
        "手続きの流れを教えてください",
        "通勤の証明は何がいりますか？",
    ]
    assert back[3:6] == ["共有", "役に立たなかった", "役に立った"]
    assert back[6].startswith("出典（3件）")
    page.keyboard.press("Enter")
    assert page.locator(".sources[open]").count() == 1
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.title") == "役に立たなかった":
            break
    ring = page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
    assert ring == "4px"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")  # 共有
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.innerText") == "聞きたいことと違う"
    page.keyboard.press("Enter")
    page.locator(".said", has_text="数えました").wait_for()
    assert counted[-1][2] == "other_question"
    assert (
        page.evaluate("document.activeElement.title") == "役に立たなかった"
    )  # the focus is not lost with what it was in


def test_the_focus_is_never_hidden_below_the_bars(open_chat):
    page = open_chat(390, 500, reduced_motion="reduce")
    say(page, "片方だけ埼玉に住んでいます")
    page.evaluate("document.activeElement.blur(); app.scrollTo({top: 0, behavior: 'instant'})")
    covered = """() => { const b = document.activeElement.getBoundingClientRect();
      const bar = document.querySelector('.bar').getBoundingClientRect(), foot = document.querySelector('.foot').getBoundingClientRect();
      return document.activeElement.closest('.bar, .foot, .skip') ? false : b.bottom <= bar.bottom || b.top >= foot.top; }"""
    for _ in range(24):
        page.keyboard.press("Tab")
        page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        assert not page.evaluate(covered), focused(page)


def tree(page) -> list[str]:
    """What a screen reader is told: role and name of everything that has one, in order."""
    devtools = page.context.new_cdp_session(page)
    nodes = devtools.send("Accessibility.getFullAXTree")["nodes"]
    by_id = {node["nodeId"]: node for node in nodes}
    lines: list[str] = []

    def walk(node, depth: int) -> None:
        role = node.get("role", {}).get("value", "")
        name = node.get("name", {}).get("value", "")
        kept = not node.get("ignored") and role not in ("none", "generic", "InlineTextBox", "ListMarker", "RootWebArea")
        if kept:
            lines.append(f"{role} {name}".strip())
        for child in node.get("childIds", ()):
            walk(by_id[child], depth + 1)

    walk(nodes[0], 0)
    return lines


def test_what_a_screen_reader_is_told_of_a_conversation(open_chat):
    page = open_chat(1280, 800)
    say(page, "片方だけ埼玉に住んでいます")
    said = tree(page)
    start = said.index("log 会話")
    told = [
        line for line in said[start:] if not line.startswith(("StaticText", "paragraph", "listitem", "list", "ruby"))
    ]
    assert told == [
        "log 会話",
        "link soumu.metro.tokyo.lg.jp/…",
        "link 03-5388-2337",
        "group",
        "DisclosureTriangle 出典（3件） 2026年11月1日に確認",
        "group この回答について",
        "button 役に立った",
        "button 役に立たなかった",
        "button 共有",
        "status",
        "button 通勤の証明は何がいりますか？",
        "button 手続きの流れを教えてください",
        "button 引っ越す前でも届け出できますか？",
        "status",
        "region 質問を書く",
        "form",
        "LabelText",
        "textbox 質問を書く",
        "button 送信",
    ]
    texts = [line.removeprefix("StaticText ") for line in said[start:] if line.startswith("StaticText")]
    # Who speaks is said before what is said.
    assert texts[:4] == ["あなた:", "片方だけ埼玉に住んでいます", "ともに:", "はい。お二人のうち一人でも都内に住むか、通勤・通学していれば届け出できます。"]  # fmt: skip
    landmarks = [line for line in said if line.split()[0] in ("banner", "main", "navigation", "region", "heading")]
    assert landmarks[:4] == ["banner", "heading ともに", "navigation 言語", "main"]


# Every word a person sees or hears in the last messages, with the language it is marked to be in.
WORDS = """() => { const found = [];
  const put = (element, text) => text?.trim() && found.push([element.closest('[lang]').lang, text.trim()]);
  for (const item of document.querySelectorAll('.message')) {
    const walker = document.createTreeWalker(item, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) put(walker.currentNode.parentElement, walker.currentNode.data);
    for (const named of item.querySelectorAll('[aria-label], [title], [alt]'))
      for (const name of ['aria-label', 'title', 'alt']) put(named, named.getAttribute(name));
  } return found; }"""


@pytest.mark.parametrize(("page_lang", "said", "item"), [
    ("ja", "How is it in English?", "en"), ("ja-easy", "How is it in English?", "en"),
    ("en", "片方だけ埼玉です。やさしく", "ja-easy"), ("ja", "片方だけ埼玉です。やさしく", "ja-easy"),
])  # fmt: skip
def test_every_word_in_a_message_is_marked_in_the_language_it_is_in(open_chat, page_lang, said, item):
    page = open_chat(path=f"?lang={page_lang}")
    say(page, said)
    page.locator(".tool.down").click()
    page.locator(".tool.named").click()
    page.get_by_role("button", name="QR").click()
    page.locator(".code img").wait_for()
    page.locator(".related button").first.click()
    page.locator(".chosen").wait_for()
    own = [page.locator(".message").nth(n).get_attribute("lang") for n in (0, 1)]
    assert own == (["en", "en"] if item == "en" else ["ja", "ja"])
    words = page.evaluate(WORDS)
    assert len(words) > 40
    japanese, latin = re.compile("[ぁ-ヺ一-龠]"), re.compile("[A-Za-z]{3}")
    neutral = re.compile(r"https?://\S+|LINE|soumu\S+|[a-z]+_[a-z_]+|[0-9a-f]{12}|QR|KB")
    assert [w for lang, w in words if lang == "en" and japanese.search(w)] == []
    assert [w for lang, w in words if lang == "ja" and latin.search(neutral.sub("", w))] == []
    assert violations(page) == []
    picture(page, f"item-{item}-on-{page_lang}")


def test_the_answer_alone_is_announced_and_once(open_chat):
    page = open_chat()
    page.evaluate("""() => { window.told = []; new MutationObserver((all) => all.forEach((m) => m.addedNodes.forEach((n) => told.push(n.className))))
      .observe(document.getElementById('messages'), {childList: true}); }""")
    say(page, "片方だけ埼玉に住んでいます")
    assert page.evaluate("told") == ["message user", "message bot"]  # whole, not letter by letter
    assert page.locator("#log").get_attribute("aria-live") == "polite"
    assert page.locator("#log #status").count() == 0


def test_texts_can_be_spaced_out_and_enlarged_without_loss(open_chat):
    page = open_chat(320, 640)
    say(page, "片方だけ埼玉に住んでいます")
    # WCAG 1.4.12 as a style of the reader's own, set as a reader's extension would.
    page.evaluate("""() => { const sheet = new CSSStyleSheet();
      sheet.replaceSync('* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; } p { margin-bottom: 2em !important; }');
      document.adoptedStyleSheets = [sheet]; }""")
    assert page.evaluate(WIDE)
    clipped = (
        "e => e.filter(x => x.offsetParent && x.scrollWidth > x.clientWidth + 1).map(x => x.outerHTML.slice(0, 120))"
    )
    assert page.locator("button:not(.hidden), .exit, .chip, .languages a").evaluate_all(clipped) == []
