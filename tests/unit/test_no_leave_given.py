"""Words that take back what we asked leave for, and words that do not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from bot.dialogue import replies


@pytest.mark.parametrize(
    "text",
    [
        "やっぱり消さないで", "データを消さないで", "消さなくていいです", "取り下げません", "やっぱり取り下げない", "間違えました", "始めるのはもう少し待って",
        "don't delete it", "please do not erase my data", "we do not want to withdraw", "it was a mistake", "never mind",
    ],
)  # fmt: skip
def test_taken_back(understood: Callable[..., Any], text: str) -> None:
    assert replies.lets_be(understood(text))


@pytest.mark.parametrize(
    "text", ["はい", "消してください", "取り下げる", "yes, delete everything", "データを消して", "始めます"]
)
def test_not_taken_back(understood: Callable[..., Any], text: str) -> None:
    assert not replies.lets_be(understood(text))


@pytest.mark.parametrize(
    "text",
    ["準備を取り下げるとどうなりますか？", "記録すると何が変わりますか", "what happens if we withdraw", "はい？"],
)
def test_a_question_is_no_leave(understood: Callable[..., Any], text: str) -> None:
    assert replies.asks_back(understood(text))
