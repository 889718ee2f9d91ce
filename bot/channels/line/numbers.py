"""Numbers typed for what was shown under them, as computers show no quick replies: 「1」「１」「①」「2番」「1と3」."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from bot.nlu.normalise import for_features
from bot.rendering.line_flex import IN_WORDS, numbered

_SEVERAL = ("task_tie",)
"""Questions that take more than one answer."""
_KANJI = {kanji: str(number) for number, kanji in enumerate("一二三四五六七八九十", start=1)}
_ORDINALS = {"first": "1", "1st": "1", "second": "2", "2nd": "2", "third": "3", "3rd": "3"}
_ONE = r"(?:no\.? ?|number |option |番号 ?|#)?[「『(【]?(?:\d{1,2}|[一二三四五六七八九十])[」』)】]?(?:番目|番め|番|ばん|つ目)?"
_ORDINAL = re.compile(rf"(?:the )?({'|'.join(_ORDINALS)})(?: one| option| choice)?(?: please)?[.! ]*")
_TYPED = re.compile(
    rf"(?P<all>{_ONE}(?:(?: ?(?:[,、・&と/]|and) ?| ){_ONE})*)(?: ?(?:です|でお願いします|を?お願いします|にします|で|please))?[.。,、! )]*"
)
_NUMBER = re.compile(r"\d{1,2}|[一二三四五六七八九十]")

_KEYCAP = re.compile(r"([0-9]\ufe0f?\u20e3)+|🔟")  # 「2️⃣」; keys in a row are choices in a row


def _unkeyed(found: re.Match[str]) -> str:
    """The numbers on keys, apart from each other."""
    return "10" if found[0] == "🔟" else " ".join(re.findall("[0-9]", found[0]))


def typed(text: str) -> list[int]:
    """The numbers a message consists of; none when it says anything else."""
    plain = for_features(_KEYCAP.sub(_unkeyed, text)) if len(text) <= 40 else ""
    ordinal = _ORDINAL.fullmatch(plain)
    if ordinal:
        return [int(_ORDINALS[ordinal[1]])]
    found = _TYPED.fullmatch(plain)
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


def only_in_words(said: Sequence[Mapping[str, Any]]) -> bool:
    """Whether what was asked last is answered with words only, so that no number is taken for one of them."""
    last = (said[-1].get("answer") or {}) if said else {}
    return last.get("kind") in ("ask", "confirm") and last.get("id") in IN_WORDS
