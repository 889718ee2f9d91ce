"""Numbers alone keep the language, and who has lost one is told the truth."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from actions.respond import _memory

pytestmark = pytest.mark.model
LOST = {
    "ja": [
        "受付番号を忘れたら？",
        "番号をなくした",
        "番号を忘れたらどうすればいい？",
        "控えた番号が見つからない",
        "TPで始まる番号をなくした",
    ],
    "en": [
        "What if I forget the receipt number?",
        "What happens if we lose our receipt number?",
        "what if we lose the number?",
        "I can't find the numbers you gave me",
        "I forgot our number, what can I do?",
    ],
    "ja-easy": ["うけつけばんごうを わすれたら どうしますか", "ばんごうを なくしました"],
}
TOLD = {
    "ja": ("どなたの記録か分かりません", "前につないでいれば", "新しく準備を始めて", "自動で消えます"),
    "en": (
        "nothing else tells which record is yours",
        "linked this chat",
        "start a new preparation",
        "deleted by itself",
    ),
    "ja-easy": ("だれの", "つないだ", "新（あたら）しく 始（はじ）めて", "自動（じどう）で 消（き）えます"),
}


@pytest.mark.parametrize(("lang", "text"), [(lang, text) for lang, texts in LOST.items() for text in texts])
def test_who_has_lost_the_number_is_told_what_can_be_done(talk: Callable[..., Any], lang: str, text: str) -> None:
    (said,) = talk(text, lang=lang).messages
    assert said["answer"]["id"] == "task_receipt_lost"
    for words in TOLD[lang]:
        assert words in said["text"]


@pytest.mark.parametrize(
    ("text", "answer"), [("証明書をなくしたら？", "changes_lost"), ("電話番号が分からない", "support_office")]
)
def test_what_is_lost_elsewhere_is_no_receipt(talk: Callable[..., Any], text: str, answer: str) -> None:
    assert talk(text).messages[0]["answer"]["id"] == answer


GREETING = {"ja": "こんにちは", "en": "hello, good evening", "ja-easy": "こんにちは。おしえて ください"}
NUMBERS = [
    "TP-0123-4567-89AB",
    "tp 0123 4567 89ab",
    "123456",
    "１２３４５６",
    "PIN: 123456",
    "PIN=123456 TP-0123-4567-89AB",
]


@pytest.mark.parametrize("lang", GREETING)
@pytest.mark.parametrize("text", NUMBERS)
def test_numbers_alone_keep_the_language(talk: Callable[..., Any], lang: str, text: str) -> None:
    """Also as a first message: in the language the page stated, or that was spoken before."""
    fresh = talk(text, lang=lang)
    assert fresh.messages[0]["answer"]["lang"] == lang, fresh.messages
    talk("データを消して", lang=lang)
    talk("はい", lang=lang)


@pytest.mark.parametrize("lang", GREETING)
@pytest.mark.parametrize("text", NUMBERS)
def test_numbers_after_a_greeting_keep_its_language(talk: Callable[..., Any], lang: str, text: str) -> None:
    assert talk(GREETING[lang]).messages[0]["answer"]["lang"] == lang
    assert talk(text).messages[0]["answer"]["lang"] == lang


class _Tracker:
    def __init__(self, **slots: Any) -> None:
        self._slots = slots

    def get_slot(self, name: str) -> Any:
        return self._slots.get(name)

    def get_latest_input_channel(self) -> str:
        return "web"


def test_a_first_message_that_tells_no_language_is_answered_in_that_of_the_browser() -> None:
    memory = _memory(_Tracker(), {"reader": "en"})  # type: ignore[arg-type]
    assert (memory.language, memory.language_chosen) == ("en", False)
    assert _memory(_Tracker(language="ja"), {"reader": "en"}).language == "ja"  # type: ignore[arg-type]
    assert _memory(_Tracker(), {"lang": "ja-easy", "reader": "en"}).language == "ja-easy"  # type: ignore[arg-type]
    assert _memory(_Tracker(), {"reader": "xx"}).language == "ja"  # type: ignore[arg-type]
