"""Draws the menus: real text in the reader's language, readings above the kanji, one simple sign for each item.

Drawn at LINE's full size with a Japanese font of the machine; the picture says no more than the labels screen readers speak.
"""

from __future__ import annotations

import io
import re
from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from bot.rendering.limits import MENU_IMAGE_BYTES
from bot.rendering.line_menu import HEIGHT, WIDTH, Area, Menu

INSTALL = "apt-get install fonts-noto-cjk  (macOS has one)"
# Names in the order of preference; Noto and IPA are free (OFL, IPA Font License), the others come with their system.
FONTS = (
    ("NotoSansCJK-Bold.ttc", 0),
    ("NotoSansCJKjp-Bold.otf", 0),
    ("NotoSansJP-Bold.otf", 0),
    ("NotoSansJP-Bold.ttf", 0),
    ("ヒラギノ角ゴシック W6.ttc", 0),
    ("BIZUDPGothic-Bold.ttf", 0),
    ("ipaexg.ttf", 0),
    ("ipagp.ttf", 0),
    ("NotoSansCJK-Regular.ttc", 0),
    ("ヒラギノ角ゴシック W3.ttc", 0),
)
GROUND, CARD, INK, BLUE, PALE, EDGE = "#F1F4FF", "#FFFFFF", "#1A1A1A", "#0017C1", "#D9E2FF", "#B9C6F5"
_READING = re.compile(r"([一-龠々]+)（([ぁ-ゖー]+)）")


class NoFont(Exception):
    """No Japanese font was found; the message says how to get one."""


@lru_cache(maxsize=1)
def font_file() -> tuple[str, int]:
    """A Japanese font of this machine and which face of the file."""
    from matplotlib import font_manager

    found = {Path(path).name: path for path in font_manager.findSystemFonts()}
    for name, face in FONTS:
        if name in found:
            return found[name], face
    raise NoFont(f"No Japanese font was found on this machine. Install one: {INSTALL}")


def picture(menu: Menu) -> bytes:
    """The menu as PNG."""
    image = Image.new("RGB", (WIDTH, HEIGHT), GROUND)
    draw = ImageDraw.Draw(image)
    for area in menu.areas:
        (_tab if area.tab else _item)(draw, area)
    out = io.BytesIO()
    image.quantize(64).save(out, "PNG", optimize=True)
    assert out.tell() <= MENU_IMAGE_BYTES
    return out.getvalue()


def _font(size: int) -> ImageFont.FreeTypeFont:
    path, face = font_file()
    return ImageFont.truetype(path, size, index=face)


def _tab(draw: ImageDraw.ImageDraw, area: Area) -> None:
    box = (area.x, area.y, area.x + area.width - 1, area.y + area.height - 1)
    draw.rectangle(box, fill=GROUND if area.active else BLUE)
    color = BLUE if area.active else "#FFFFFF"
    if area.active:
        draw.rectangle((box[0], box[1], box[2], 22), fill=BLUE)
    _text(draw, area.title, area.x + area.width / 2, area.y + area.height / 2 + 10, area.width - 120, 104, color)


def _item(draw: ImageDraw.ImageDraw, area: Area) -> None:
    gap = 22
    box = (area.x + gap, area.y + gap, area.x + area.width - gap, area.y + area.height - gap)
    draw.rounded_rectangle(box, 44, fill=CARD, outline=EDGE, width=5)
    middle = area.x + area.width / 2
    _sign(draw, area.name, middle, area.y + area.height * 0.36)
    _text(draw, area.title, middle, area.y + area.height * 0.74, area.width - 4 * gap - 20, 98, INK)


def _text(draw: ImageDraw.ImageDraw, text: str, x: float, y: float, width: float, size: int, color: str) -> None:
    """Centred text with its readings above, as large as fits in one line, or in two when it would get too small."""
    lines = _lines(text, width, size)
    while max(_measured(line, size) for line in lines) > width:
        size -= 4
    step = size * 1.25
    top = y - step * (len(lines) - 1) / 2
    for number, line in enumerate(lines):
        _line(draw, line, x, top + number * step, size, color)


def _lines(text: str, width: float, size: int) -> list[str]:
    if _measured(text, size) <= width * 1.12:
        return [text]
    words = text.split(" ") if " " in text else re.split(r"(?<=／)", text)
    best = [text]
    for cut in range(1, len(words)):
        join = " " if " " in text else ""
        halves = [join.join(words[:cut]), join.join(words[cut:])]
        if len(best) == 1 or max(map(len, halves)) < max(map(len, best)):
            best = halves
    return best


def _pieces(line: str) -> list[tuple[str, str]]:
    """Parts of a line, each with the reading that stands above it."""
    found, end = [], 0
    for match in _READING.finditer(line):
        found += [(line[end : match.start()], ""), (match[1], match[2])]
        end = match.end()
    return [piece for piece in [*found, (line[end:], "")] if piece[0]]


def _measured(line: str, size: int) -> float:
    font, small = _font(size), _font(max(12, int(size * 0.42)))
    return sum(max(font.getlength(base), small.getlength(above) if above else 0) for base, above in _pieces(line))


def _line(draw: ImageDraw.ImageDraw, line: str, x: float, y: float, size: int, color: str) -> None:
    font, small = _font(size), _font(max(12, int(size * 0.42)))
    left = x - _measured(line, size) / 2
    for base, above in _pieces(line):
        width = max(font.getlength(base), small.getlength(above) if above else 0)
        draw.text((left + width / 2, y), base, font=font, fill=color, anchor="mm")
        if above:
            draw.text((left + width / 2, y - size * 0.78), above, font=small, fill=color, anchor="mm")
        left += width


def _sign(draw: ImageDraw.ImageDraw, name: str, x: float, y: float) -> None:
    """A round ground with a sign of a few strokes."""
    r = 118
    draw.ellipse((x - r, y - r, x + r, y + r), fill=PALE)

    def line(*points: tuple[float, float], width: int = 20) -> None:
        draw.line([(x + a, y + b) for a, b in points], fill=BLUE, width=width, joint="curve")

    def box(a: float, b: float, c: float, d: float, radius: int = 12, **how: object) -> None:
        style = {"outline": BLUE, "width": 18, **how}
        draw.rounded_rectangle((x + a, y + b, x + c, y + d), radius, **style)  # type: ignore[arg-type]

    def ring(a: float, b: float, radius: float, **how: object) -> None:
        style = {"outline": BLUE, "width": 18, **how}
        draw.ellipse((x + a - radius, y + b - radius, x + a + radius, y + b + radius), **style)  # type: ignore[arg-type]

    if name == "check":
        line((-58, 6), (-16, 50), (62, -46), width=26)
    elif name == "papers":
        box(-50, -66, 50, 66)
        for height in (-28, 4, 36):
            line((-22, height), (22, height), width=14)
    elif name == "filing":
        for place in (-62, 0, 62):
            ring(place, 0, 22, fill=BLUE)
        line((-62, 0), (62, 0), width=14)
    elif name == "start":
        draw.polygon([(x - 34, y - 58), (x - 34, y + 58), (x + 62, y)], fill=BLUE)
    elif name == "status":
        ring(-12, -12, 46)
        line((24, 24), (64, 64), width=24)
    elif name == "uses":
        draw.ellipse((x - 50, y - 74, x + 50, y + 26), fill=BLUE)
        draw.polygon([(x - 44, y - 2), (x + 44, y - 2), (x, y + 76)], fill=BLUE)
        draw.ellipse((x - 18, y - 42, x + 18, y - 6), fill=PALE)
    elif name == "person":
        ring(0, -36, 34, fill=BLUE)
        draw.pieslice((x - 68, y + 10, x + 68, y + 130), 180, 360, fill=BLUE)
    elif name == "line":
        box(-66, -56, 66, 36, 30, fill=BLUE)
        draw.polygon([(x - 30, y + 30), (x + 6, y + 30), (x - 34, y + 70)], fill=BLUE)
    elif name == "told":
        box(-50, -8, 50, 66, fill=BLUE)
        draw.arc((x - 38, y - 76, x + 38, y), 180, 360, fill=BLUE, width=18)
        line((-29, -40), (-29, 0), width=18)
        line((29, -40), (29, 0), width=18)
    elif name == "cost":
        ring(0, 0, 66)
        line((-28, -38), (0, 0), (28, -38), width=14)
        line((0, 0), (0, 44), width=14)
        line((-26, 6), (26, 6), width=12)
        line((-26, 26), (26, 26), width=12)
    elif name == "language":
        ring(0, 0, 66)
        draw.ellipse((x - 28, y - 66, x + 28, y + 66), outline=BLUE, width=14)
        line((-64, 0), (64, 0), width=14)
    elif name == "erase":
        line((-44, -44), (44, 44), width=26)
        line((44, -44), (-44, 44), width=26)
