"""QR codes: what a camera needs is there, and what would be too fine to read is refused."""

from __future__ import annotations

import re

import pytest

from bot.rendering import qr

LINK = "https://tomoni.example.jp/a/" + "Ab3_-xYz" * 5 + "Qq9"


@pytest.mark.parametrize(("text", "side"), [("a", 21), (LINK, 37), ("x" * 110, 45), ("z" * 180, 53)])
def test_a_code_is_as_small_as_its_text_allows(text: str, side: int) -> None:
    modules = qr.matrix(text)
    assert len(modules) == side and {len(row) for row in modules} == {side}
    assert {dark for row in modules for dark in row} == {0, 1}


def test_three_corners_have_the_pattern_a_camera_looks_for() -> None:
    modules = qr.matrix(LINK)
    finder = [[1] * 7, [1, 0, 0, 0, 0, 0, 1], *[[1, 0, 1, 1, 1, 0, 1]] * 3, [1, 0, 0, 0, 0, 0, 1], [1] * 7]
    for top, left in ((0, 0), (0, -7), (-7, 0)):
        rows = modules[top:] if top else modules[:7]
        assert [row[left:] if left else row[:7] for row in rows] == finder


def test_the_path_draws_exactly_the_dark_modules() -> None:
    modules = qr.matrix(LINK)
    drawn = [[0] * len(modules) for _ in modules]
    for column, row, length in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", qr.svg_path(modules)):
        for n in range(int(length)):
            drawn[int(row)][int(column) + n] += 1
    assert drawn == modules


def test_the_picture_has_a_quiet_zone_and_no_words() -> None:
    picture = qr.svg(LINK)
    side = len(qr.matrix(LINK)) + 8
    assert f'viewBox="-4 -4 {side} {side}"' in picture
    assert "tomoni" not in picture  # the address stands in the text beside it, where it can be read


def test_the_same_text_gives_the_same_code() -> None:
    assert qr.matrix(LINK) == qr.matrix(LINK) != qr.matrix(LINK + "x")


def test_what_does_not_fit_is_an_error() -> None:
    with pytest.raises(ValueError, match="too long"):
        qr.matrix("z" * 181)
    with pytest.raises(ValueError, match="too long"):
        qr.matrix("z" * 5000)
