"""Numbers typed for what was shown under them, as computers show no quick replies: 「1」「１」「①」「2番」「1と3」."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from bot.nlu.normalise import for_features
from bot.rendering.line_flex import numbered

_SEVERAL = ("task_tie",)
"""Questions that take more than one answer."""
_KANJI = {kanji: str(number) for number, kanji in enumerate("一二三四五六七八九十", start=1)}
_ONE = r"(?:no\.? ?|number |#)?(?:\d{1,2}|[一二三四五六七八九十])(?:番目|番|ばん|つ目)?"
_TYPED = re.compile(
    rf"(?P<all>{_ONE}(?:(?: ?(?:[,、・&と/]|and) ?| ){_ONE})*)(?: ?(?:です|でお願いします|を?お願いします|にします|で|please))?[.。! )]*"
)
_NUMBER = re.compile(r"\d{1,2}|[一二三四五六七八九十]")


def typed(text: str) -> list[int]:
    """The numbers a message consists of; none when it says anything else."""
    found = _TYPED.fullmatch(for_features(text[:40])) if len(text) <= 40 else None
    return [int(_KANJI.get(n, n)) for n in _NUMBER.findall(found["all"])] if found else []


def picked(numbers: Sequence[int], said: Sequence[Mapping[str, Any]]) -> str | None:
    """What a tap on the choices shown last under these numbers would have said; None when there are none."""
    message = next((m for m in reversed(said) if numbered(m)), None)
    shown = numbered(message) if message else []
    if not numbers or not all(1 <= n <= len(shown) for n in numbers):
        return None
    if message and len(numbers) > 1 and (message.get("answer") or {}).get("id") not in _SEVERAL:
        return None
    words = [shown[n - 1].get("payload") or shown[n - 1]["title"] for n in dict.fromkeys(numbers)]
    return "、".join(words)
