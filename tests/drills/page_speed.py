"""How soon the chat page is usable on a slow phone, and how soon it is left: the strict figures, on a machine with nothing else to do.

.venv/bin/python -m tests.drills.page_speed
"""

from __future__ import annotations

import shutil
import statistics
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "browser"))

from driving import READY, left_by_button, left_by_key, milliseconds_to_leave, milliseconds_to_usable, say
from fake_backend import FakeBot, running
from playwright.sync_api import sync_playwright

from bot.channels.webchat import WebChatInput

USABLE_MS, LEFT_MS, TRIES = 1_000, 200, 9


def main() -> int:
    """Measures each figure nine times and compares the median."""
    free = {"per_minute": 6000, "burst": 1000, "address_per_minute": 6000, "address_burst": 1000}
    with running(WebChatInput(**free), FakeBot()) as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])

        def left(leave) -> float:
            page = browser.new_page()
            page.goto(url)
            page.locator(READY).wait_for(state="attached")
            say(page, "片方だけ埼玉に住んでいます")
            took = milliseconds_to_leave(page, leave)
            page.close()
            return took

        measured = {
            "usable on slow 4G and a slow phone": (
                USABLE_MS,
                [milliseconds_to_usable(browser, url) for _ in range(TRIES)],
            ),
            "left by the button": (LEFT_MS, [left(left_by_button) for _ in range(TRIES)]),
            "left by Escape": (LEFT_MS, [left(left_by_key) for _ in range(TRIES)]),
        }
        browser.close()
    missed = False
    for name, (limit, times) in measured.items():
        median = statistics.median(times)
        missed |= median >= limit
        print(f"{name}: median {median:.0f} ms, {min(times):.0f}-{max(times):.0f}, limit {limit}")
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
