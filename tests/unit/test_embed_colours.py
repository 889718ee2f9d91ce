"""Another site's accent colour reads at 4.5 : 1 or more wherever the chat uses it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.embed_colours import AA, contrast, six_digits, stylesheet, themes

GROUNDS = {"light": ("#ffffff", "#f8f8fb"), "dark": ("#12141a", "#1c1f27")}
TEXT = {"light": "#1a1a1a", "dark": "#f2f2f2"}


@given(st.integers(0, 0xFFFFFF).map(lambda n: f"{n:06x}"))
def test_every_colour_there_is_becomes_readable(accent: str) -> None:
    for name, theme in themes(accent).items():
        for ground in (*GROUNDS[name], theme.said):
            assert contrast(theme.primary, ground) >= AA
        assert contrast(theme.on_primary, theme.primary) >= AA
        assert contrast(theme.on_primary, theme.hover) >= AA
        assert contrast(theme.hover, theme.said) >= AA
        assert contrast(TEXT[name], theme.said) >= AA


def test_a_colour_that_reads_already_stays_as_it_is() -> None:
    assert themes("00695c")["light"].primary == "#00695c"
    assert themes("ff9900")["dark"].primary == "#ff9900"


def test_contrast_is_that_of_the_standard() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.478, abs=0.001)  # WCAG's own example of just too little


@pytest.mark.parametrize(("given", "read"), [("#ABC", "aabbcc"), ("00695c", "00695c"), ("#FF9900", "ff9900")])
def test_colours_as_people_write_them(given: str, read: str) -> None:
    assert six_digits(given) == read


@pytest.mark.parametrize("given", [None, "", "red", "#12", "#12345", "00695c;}body{", "０００"])
def test_what_is_no_colour_is_none(given: str | None) -> None:
    assert six_digits(given) is None


def test_paper_knows_no_accent() -> None:
    assert "@media print" in stylesheet("ff9900")
