"""Holds the conversation of `tests/fake_line/conversation.py` with the trained bot and draws what a phone would show.

python -m tests.drills.line_pictures [--out var/line] [--sheet docs/images/line.png]      conversation-1.png …; look at them
"""

from __future__ import annotations

import argparse
import asyncio
import io
import os
import shutil
import tempfile
from pathlib import Path

COLUMNS = 5
_WIDTH = 390
_HOST = "https://tomoni.example"


def main() -> int:
    """Runs the drill."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path("var/line"))
    parser.add_argument("--sheet", type=Path, help="the whole conversation in one picture, as in docs/images/line.png")
    options = parser.parse_args()

    from bot import runtime

    runtime.prepare()
    from bot.runtime import load_agent
    from tests.fake_line.conversation import hold, secrets_in
    from tests.fake_line.harness import fake_line

    options.out.mkdir(parents=True, exist_ok=True)
    with fake_line() as fake, tempfile.TemporaryDirectory() as folder:
        os.environ |= {"TOMONI_VAR": folder, "TOMONI_PUBLIC_URL": _HOST}
        turns = asyncio.run(hold(fake, load_agent(), Path(folder)))
        assert fake.bad() == [] and secrets_in(turns) == []
    print(f"{len(turns)} turns, {sum(len(reply) for _, reply, _ in turns)} messages, all taken by the fake")
    draw([(said, reply) for said, reply, _ in turns], options.out, options.sheet)
    return 0


def draw(turns: list, out: Path, sheet: Path | None = None, most: int = 4) -> None:
    """Pictures of a few turns each, and one of all."""
    from playwright.sync_api import sync_playwright

    from tests.fake_line.drawing import page

    path = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        for number, start in enumerate(range(0, len(turns), most), start=1):
            shown = browser.new_page(viewport={"width": _WIDTH, "height": 800}, device_scale_factor=2)
            shown.set_content(page(turns[start : start + most]))
            shown.screenshot(path=out / f"conversation-{number}.png", full_page=True)
            shown.close()
        if sheet:
            shown = browser.new_page(viewport={"width": _WIDTH, "height": 800})
            shown.set_content(page(turns))
            heights = [box["height"] for turn in shown.query_selector_all("section") if (box := turn.bounding_box())]
            columns = []
            for part in _in_columns(turns, heights):
                shown.set_content(page(part))
                columns.append(shown.screenshot(full_page=True))
            _side_by_side(columns, sheet)
        browser.close()


def _in_columns(turns: list, heights: list[float]) -> list[list]:
    """Turns in order, as evenly over the columns as whole turns allow."""
    highest = min(
        h for h in map(float, range(int(max(heights)), int(sum(heights)) + 50, 25)) if _needed(heights, h) <= COLUMNS
    )
    columns: list[list] = [[]]
    used = 0.0
    for turn, height in zip(turns, heights, strict=True):
        if used and used + height > highest:
            columns.append([])
            used = 0.0
        columns[-1].append(turn)
        used += height
    return columns


def _needed(heights: list[float], highest: float) -> int:
    count, used = 1, 0.0
    for height in heights:
        if used and used + height > highest:
            count, used = count + 1, 0.0
        used += height
    return count


def _side_by_side(columns: list[bytes], sheet: Path, scale: float = 0.62) -> None:
    """One picture in few colours, small enough to be looked at on a web page."""
    from PIL import Image

    drawn = [Image.open(io.BytesIO(column)).convert("RGB") for column in columns]
    whole = Image.new("RGB", (_WIDTH * len(drawn), max(part.height for part in drawn)), "#8cabd9")
    for number, part in enumerate(drawn):
        whole.paste(part, (_WIDTH * number, 0))
    small = whole.resize((int(whole.width * scale), int(whole.height * scale)), Image.Resampling.LANCZOS)
    small.quantize(32, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(sheet, optimize=True)


if __name__ == "__main__":
    raise SystemExit(main())
