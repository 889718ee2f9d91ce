"""A headless Chromium and the chat page with a stand-in for Rasa.

On a busy machine a page is drawn long before its script runs; whoever opens a page here waits for the script, never for a time.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from driving import PATIENCE_MS, READY
from fake_backend import FakeBot, running

from bot.channels.webchat import WebChatInput

INSTALL = "apt-get install -y chromium fonts-noto-cjk"
ARGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


def _missing(what: str) -> None:
    message = f"{what} is missing, so the chat page was not tried in a browser. Install it with: {INSTALL}"
    if os.environ.get("TOMONI_REQUIRE_ALL") == "1":
        pytest.fail(message)
    pytest.skip(message)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """One Chromium per file: Playwright keeps an event loop running until it ends, which other files' async tests could not bear."""
    path = os.environ.get("TOMONI_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if not path:
        _missing("Chromium")
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=ARGS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def bot() -> FakeBot:
    """What answers; `heard` lists what it was asked."""
    return FakeBot()


@pytest.fixture(scope="module")
def counted() -> list[tuple[Any, ...]]:
    """What was counted of feedback: answer, version, code, day."""
    return []


@pytest.fixture(scope="module")
def url(bot: FakeBot, counted: list[tuple[Any, ...]]) -> Iterator[str]:
    """The page's address."""
    free = {"per_minute": 6000, "burst": 1000, "address_per_minute": 6000, "address_burst": 1000}
    with running(WebChatInput(**free, count=lambda *row: counted.append(row)), bot) as address:
        yield address


@pytest.fixture
def open_chat(browser: Any, url: str) -> Iterator[Callable[..., Any]]:
    """Opens the page as a phone would, or as told; fails the test on any script error or refused resource."""
    contexts, errors = [], []

    def open_(width: int = 390, height: int = 844, locale: str = "ja-JP", path: str = "", **options: Any) -> Any:
        context = browser.new_context(viewport={"width": width, "height": height}, locale=locale, **options)
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda line: errors.append(line.text) if "Content Security Policy" in line.text else None)
        page.goto(url + path)
        if options.get("java_script_enabled", True):
            page.locator(READY).wait_for(state="attached")
        return page

    yield open_
    for context in contexts:
        context.close()
    assert errors == []
