"""QR codes, held against what the package qrcode 8.2 draws with the same mask (checked once, by hash of the modules)."""

from __future__ import annotations

import hashlib

import pytest

from bot.rendering import qr

DRAWN = {
    "a": (21, "2e7add7dfd3288d4"),
    "https://tomoni.example.jp/a/" + "Ab3_-xYz" * 5 + "Qq9": (37, "9bc9611ca4ef06ec"),
    "https://tomoni.metro.example.jp/a/" + "0" * 43: (37, "1b0e56ef6600150c"),
    "x" * 110: (45, "f469cba93fb1980a"),
    "z" * 180: (53, "33ca88005eddcc7d"),
}


@pytest.mark.parametrize("text", DRAWN)
def test_the_modules_are_those_another_program_draws(text: str) -> None:
    modules = qr.matrix(text)
    digest = hashlib.sha256("".join(str(dark) for row in modules for dark in row).encode()).hexdigest()[:16]
    assert (len(modules), digest) == DRAWN[text]
    assert qr.svg_path(modules).count("M") == sum(map(sum, modules))


def test_what_does_not_fit_is_an_error() -> None:
    with pytest.raises(ValueError, match="too long"):
        qr.matrix("z" * 181)
