"""Holds the conversation of `tests/fake_line/conversation.py` with the trained bot and draws what a phone would show.

python -m tests.drills.line_pictures [--out var/line]      conversation-1.png … and menus; look at them
"""

from __future__ import annotations

import argparse
import asyncio
import shutil
import tempfile
from pathlib import Path


def main() -> int:
    """Runs the drill."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path("var/line"))
    options = parser.parse_args()

    from bot import runtime

    runtime.prepare()
    from bot.runtime import load_agent
    from tests.fake_line.conversation import hold, secrets_in
    from tests.fake_line.harness import fake_line

    options.out.mkdir(parents=True, exist_ok=True)
    agent = load_agent()
    with fake_line() as fake, tempfile.TemporaryDirectory() as folder:
        turns = asyncio.run(hold(fake, agent, Path(folder)))
        assert fake.bad() == [] and secrets_in(turns) == []
    print(f"{len(turns)} turns, {sum(len(reply) for _, reply, _ in turns)} messages, all taken by the fake")
    draw([(said, reply) for said, reply, _ in turns], options.out)
    return 0


def draw(turns: list, out: Path, most: int = 4) -> None:
    """Pictures of a few turns each."""
    from playwright.sync_api import sync_playwright

    from tests.fake_line.drawing import page

    path = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        for number, start in enumerate(range(0, len(turns), most), start=1):
            shown = browser.new_page(viewport={"width": 390, "height": 800}, device_scale_factor=2)
            shown.set_content(page(turns[start : start + most]))
            shown.screenshot(path=out / f"conversation-{number}.png", full_page=True)
            shown.close()
        browser.close()


if __name__ == "__main__":
    raise SystemExit(main())
