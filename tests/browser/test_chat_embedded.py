"""The chat inside another site (docs/embed.md): one script line, an isolated frame, only where it is allowed."""

from __future__ import annotations

import contextlib
import functools
import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from driving import PATIENCE_MS, READY, until, violations
from fake_backend import FakeBot, running

from bot.channels.webchat import WebChatInput

pytestmark = pytest.mark.browser

DEMO = Path(__file__).with_name("embedding.html").read_text(encoding="utf-8")


class Site(BaseHTTPRequestHandler):
    """Another organisation's site: one page, with a strict policy of its own."""

    def do_GET(self) -> None:
        """Sends the page."""
        body = self.server.page.encode()  # type: ignore[attr-defined]
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        chat = self.server.chat  # type: ignore[attr-defined]
        policy = (
            f"default-src 'self'; script-src {chat}; frame-src {chat}; img-src data:; style-src {self.server.styles}"  # type: ignore[attr-defined]
        )
        self.send_header("Content-Security-Policy", policy)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        """Says nothing."""


@contextlib.contextmanager
def site(page: str = DEMO) -> Iterator[ThreadingHTTPServer]:
    """A site on a loopback port of its own: another origin than the chat's."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    server.page, server.chat, server.styles = page, "'none'", "'unsafe-inline'"  # type: ignore[attr-defined]
    thread = threading.Thread(target=functools.partial(server.serve_forever, 0.05), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


@pytest.fixture(scope="module")
def places() -> Iterator[dict[str, Any]]:
    """A site that is allowed, one that is not, and the chat."""
    bot = FakeBot()
    with site() as allowed, site() as stranger:
        address = {
            name: f"http://127.0.0.1:{s.server_port}" for name, s in (("allowed", allowed), ("stranger", stranger))
        }
        free = {"per_minute": 6000, "burst": 1000, "address_per_minute": 6000, "address_burst": 1000}
        chat = WebChatInput(**free, embed_origins=(address["allowed"],), count=lambda *row: None)
        with running(chat, bot) as url:
            for server in (allowed, stranger):
                server.chat = url.removesuffix("/webhooks/web/")  # type: ignore[attr-defined]
                server.page = DEMO.replace("CHAT", url.rstrip("/"))  # type: ignore[attr-defined]
            yield {**address, "chat": url, "bot": bot, "server": allowed}


@pytest.fixture
def open_site(browser: Any, places: dict[str, Any]) -> Iterator[Any]:
    """Opens a site that has the chat on it."""
    contexts = []

    def open_(where: str = "allowed", width: int = 1280, height: int = 800, before: str = "", **options: Any) -> Any:
        context = browser.new_context(viewport={"width": width, "height": height}, locale="ja-JP", **options)
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        page = context.new_page()
        if before:
            page.add_init_script(before)
        page.goto(places[where])
        page.locator("tomoni-chat").wait_for(state="attached")
        return page

    yield open_
    for context in contexts:
        context.close()


def press(page: Any, width: int = 1280, height: int = 800) -> None:
    """Presses the button, which no script of the site can reach: it lies in a closed shadow tree."""
    page.mouse.click(width - 60, height - 44)


def opened(page: Any, *size: int) -> Any:
    press(page, *size)
    assert until(page, lambda: len(page.frames) == 2)
    frame = page.frames[1]
    frame.locator(READY).wait_for(state="attached")
    return frame


def say(frame: Any, text: str) -> None:
    before = frame.locator(".bot, .problem").count()
    frame.fill("#text", text)
    frame.click("#send")
    frame.locator(".bot, .problem").nth(before).wait_for()


def picture(page: Any, name: str) -> None:
    if folder := os.environ.get("TOMONI_PICTURES"):
        page.screenshot(path=Path(folder) / f"embed-{name}.png")


def test_one_line_gives_a_button_and_behind_it_a_whole_conversation(open_site, places):
    page = open_site()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    picture(page, "button")
    assert asked == []  # nothing is loaded for those who do not ask
    frame = opened(page)
    assert frame.url.startswith(places["chat"] + "embed?lang=ja&accent=00695c")
    say(frame, "片方だけ埼玉に住んでいます")
    say(frame, "もう一つ")
    heard = places["bot"].heard[-2:]
    assert len({message.sender_id for message in heard}) == 1  # one conversation, and no cookie carries it
    assert page.context.cookies() == []
    picture(page, "open")
    assert {url.split("/webhooks/web/")[0] for url in asked} == {places["chat"].removesuffix("/webhooks/web/")}
    frame.get_by_role("button", name="役に立った", exact=True).first.click()
    frame.locator(".said", has_text="数えました").wait_for()


def test_neither_side_sees_into_the_other(open_site):
    page = open_site()
    frame = opened(page)
    say(frame, "片方だけ埼玉に住んでいます")
    assert page.evaluate("document.querySelector('tomoni-chat').shadowRoot") is None
    assert page.locator("body").inner_text().count("埼玉") == 0
    assert page.evaluate("frames.length") == 0  # a frame in a closed shadow tree is not even listed
    assert (
        frame.evaluate("(() => { try { return parent.document.title } catch (e) { return e.name } })()")
        == "SecurityError"
    )
    assert frame.locator("meta[name=session]").count() == 0  # read once, then gone from the page
    # The site's own button rule (red, unset) reaches nothing of ours.
    assert frame.evaluate("getComputedStyle(document.getElementById('send')).color") == "rgb(255, 255, 255)"


def test_a_site_that_is_not_listed_gets_no_chat(open_site, places):
    page = open_site("stranger")
    refused = []
    page.on("console", lambda line: refused.append(line.text))
    press(page)
    assert until(page, lambda: any("frame-ancestors" in text for text in refused)), refused
    assert all(frame.locator("#text").count() == 0 for frame in page.frames)


def test_the_headers_say_who_may_frame_what(browser, places):
    with contextlib.closing(browser.new_context()) as context:
        frame = context.request.get(places["chat"] + "embed").headers
        assert f"frame-ancestors {places['allowed']};" in frame["content-security-policy"]
        assert "x-frame-options" not in frame
        assert "set-cookie" not in frame
        assert frame["cache-control"] == "no-store"
        whole = context.request.get(places["chat"]).headers
        assert "frame-ancestors 'none'" in whole["content-security-policy"]
        assert whole["x-frame-options"] == "DENY"
        assert (
            context.request.get(places["chat"] + "embed.js").headers["cross-origin-resource-policy"] == "cross-origin"
        )
        assert (
            context.request.get(places["chat"] + "static/chat.js").headers["cross-origin-resource-policy"]
            == "same-origin"
        )


def test_without_a_listed_site_there_is_no_page_for_frames():
    from bot.channels.chat_site import SiteSettings

    assert SiteSettings().embed_origins == ()
    with running(WebChatInput(), FakeBot()) as url:
        import urllib.error
        import urllib.request

        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(url + "embed")


@pytest.mark.parametrize("by", ["button", "escape in the frame", "escape on the page"])
def test_leaving_leaves_the_page_around_it_too(open_site, places, by):
    page = open_site()
    page.goto("about:blank")
    page.goto(places["allowed"])
    page.locator("tomoni-chat").wait_for(state="attached")
    frame = opened(page)
    say(frame, "片方だけ埼玉に住んでいます")
    if by == "button":
        frame.click("#exit", no_wait_after=True)
    else:
        if by == "escape on the page":
            page.locator("h1").click()
        for _ in range(3):
            page.keyboard.press("Escape")
    page.wait_for_url("**/static/calendar.html")
    assert page.title() == "カレンダー"
    page.go_back()
    assert page.url == "about:blank"


@pytest.mark.parametrize("lang", ["ja", "en", "ja-easy"])
@pytest.mark.parametrize("height", [640, 400])
def test_on_the_smallest_phone_the_way_out_is_whole_and_nothing_scrolls_sideways(open_site, lang, height):
    page = open_site(width=320, height=height)
    frame = opened(page, 320, height)
    frame.click(f"a[data-lang='{lang}']")
    frame.locator(f"html[data-lang='{lang}']").wait_for(state="attached")
    assert frame.evaluate("Math.max(document.documentElement.scrollWidth, app.scrollWidth)") <= 320
    assert frame.evaluate("document.getElementById('exit').getBoundingClientRect().right") <= 320
    assert frame.locator("h1").text_content().strip() == "ともに"
    assert violations(frame) == []


@pytest.mark.parametrize("styles", ["'unsafe-inline'", "'self'"])
def test_a_browser_that_makes_no_sheets_from_script_gets_the_chat_too(open_site, places, styles):
    places["server"].styles = styles
    try:
        page = open_site(before="CSSStyleSheet = function () { throw new TypeError('Illegal constructor'); };")
    finally:
        places["server"].styles = "'unsafe-inline'"
    frame = opened(page)  # the button stands where it is pressed: in the corner
    assert frame.evaluate("[innerWidth, innerHeight]") == [420, 680]
    say(frame, "片方だけ埼玉に住んでいます")
    picture(page, f"no-sheets-{len(styles)}")
    frame.click("#fold")
    assert until(page, lambda: page.evaluate("document.activeElement.localName") == "tomoni-chat")
    page.keyboard.press("Enter")
    assert frame.locator(".bot").count() == 1


def test_folding_away_keeps_the_conversation_and_gives_the_focus_back(open_site):
    page = open_site()
    frame = opened(page)
    say(frame, "片方だけ埼玉に住んでいます")
    frame.click("#fold")
    assert until(page, lambda: page.evaluate("document.activeElement.localName") == "tomoni-chat")
    page.keyboard.press("Enter")
    assert frame.locator(".bot").count() == 1
    assert frame.locator("#text").is_visible()


def test_a_message_of_somebody_else_closes_nothing(open_site):
    page = open_site()
    opened(page)
    address = page.url
    page.evaluate("postMessage({tomoni: 'exit', away: 'https://evil.example/'}, '*')")
    page.evaluate("new Promise(done => setTimeout(done, 50))")
    assert page.url == address
    assert len(page.frames) == 2


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), [(320, 640), (1280, 800)])
def test_the_frame_in_their_colour_breaks_no_rule(open_site, places, width, height, scheme):
    # Orange on white has 2.1 : 1, so it is darkened there, and used as it is on black.
    before = places["server"].page
    places["server"].page = before.replace("#00695c", "#ff9900")
    try:
        page = open_site(width=width, height=height, color_scheme=scheme)
        frame = opened(page, width, height)
    finally:
        places["server"].page = before
    say(frame, "片方だけ埼玉に住んでいます")
    say(frame, "条件を確認")
    picture(page, f"orange-{width}-{scheme}")
    assert violations(frame) == []
    primary = frame.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--primary')")
    assert primary == {"light": "#a36200", "dark": "#ff9900"}[scheme]
    if width == 320:
        assert frame.evaluate("[innerWidth, innerHeight]") == [320, 640]  # on a phone it takes the whole screen
