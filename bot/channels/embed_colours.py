"""Another site's accent colour, made readable: at least 4.5 : 1 (WCAG 2.2, 1.4.3) wherever the chat uses it, light and dark."""

from __future__ import annotations

import re
from dataclasses import dataclass

Colour = tuple[int, int, int]

AA = 4.5
_LIGHT_GROUNDS = ("#ffffff", "#f8f8fb")
_DARK_GROUNDS = ("#12141a", "#1c1f27")
_TEXT = {"light": "#1a1a1a", "dark": "#f2f2f2"}
_STEPS = 50


@dataclass(frozen=True)
class Theme:
    """The colours that depend on the accent, each as #rrggbb."""

    primary: str
    hover: str
    on_primary: str
    said: str
    said_line: str

    def rule(self) -> str:
        """The theme as declarations for `:root`."""
        return (
            f"--primary:{self.primary};--primary-hover:{self.hover};--on-primary:{self.on_primary};"
            f"--said:{self.said};--said-line:{self.said_line};"
        )


def six_digits(colour: str | None) -> str | None:
    """The colour as six hexadecimal digits, or None when it is no colour; #abc and #aabbcc are read, with or without #."""
    match = re.fullmatch(r"#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})", colour or "")
    if not match:
        return None
    digits = match[1].lower()
    return "".join(d * 2 for d in digits) if len(digits) == 3 else digits


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, from 1 to 21."""
    lighter, darker = sorted((_luminance(_read(one)), _luminance(_read(other))), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def themes(accent: str) -> dict[str, Theme]:
    """The light and the dark theme of an accent; where it cannot be read it is darkened or lightened as little as will do."""
    asked = f"#{accent}"
    said_light = _mixed(asked, "#ffffff", 0.1)
    light = _readable(asked, "#000000", (*_LIGHT_GROUNDS, said_light))
    said_dark = _mixed(asked, "#12141a", 0.25)
    while contrast(said_dark, _TEXT["dark"]) < 2 * AA:
        said_dark = _mixed(said_dark, "#000000", 0.9)
    dark = _readable(asked, "#ffffff", (*_DARK_GROUNDS, said_dark))
    return {
        "light": Theme(light, _mixed("#000000", light, 0.25), "#ffffff", said_light, _mixed(asked, "#ffffff", 0.3)),
        "dark": Theme(dark, _mixed("#ffffff", dark, 0.35), "#12141a", said_dark, _mixed(asked, "#12141a", 0.5)),
    }


def stylesheet(accent: str) -> str:
    """The rules that colour the chat."""
    found = themes(accent)
    return (
        f":root{{{found['light'].rule()}}}\n"
        f"@media (prefers-color-scheme: dark){{:root{{{found['dark'].rule()}}}}}\n"
        # Paper and forced colours know no accent.
        "@media print{:root{--primary:#000;--said:#f2f2f2;}}\n"
    )


def _readable(colour: str, towards: str, grounds: tuple[str, ...]) -> str:
    mixes = (_mixed(towards, colour, step / _STEPS) for step in range(_STEPS + 1))
    return next(mix for mix in mixes if all(contrast(mix, ground) >= AA for ground in grounds))


def _mixed(one: str, other: str, share: float) -> str:
    pairs = zip(_read(one), _read(other), strict=True)
    return "#" + "".join(f"{round(a * share + b * (1 - share)):02x}" for a, b in pairs)


def _read(colour: str) -> Colour:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _luminance(colour: Colour) -> float:
    parts = [v / 255 for v in colour]
    red, green, blue = (v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
