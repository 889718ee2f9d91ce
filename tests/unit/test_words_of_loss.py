"""Condolences need a word of loss, unless the reader is very sure."""

from __future__ import annotations

import pytest

from bot.dialogue.care import LOSS
from bot.nlu.normalise import for_features


@pytest.mark.parametrize(
    "text",
    [
        "彼を失いました",
        "パートナーがもうこの世にいません",
        "わたしの ひとが しにました",
        "先週、看取りました",
        "I lost him last month",
    ],
)
def test_loss(text: str) -> None:
    assert LOSS.search(for_features(text))


@pytest.mark.parametrize("text", ["先月そろって四十になりました", "ほかの人はいません", "I'm 33, he's 41"])
def test_no_loss(text: str) -> None:
    assert not LOSS.search(for_features(text))
