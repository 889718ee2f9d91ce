"""What stands on a button may be typed as well: at every step of starting, checking, changing, withdrawing and erasing, in every language."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from bot.applications.service import Applications

pytestmark = pytest.mark.model

LANGUAGES = ("ja", "en", "ja-easy")
ERASE = {"ja": "データを消して", "en": "Erase my data", "ja-easy": "データを 消して"}
ALL_THERE = {"ja": "全部そろいました", "en": "I have all the papers", "ja-easy": "しょるいが ぜんぶ そろいました"}
PROGRESS = {
    "ja": "進み具合はどこで分かりますか",
    "en": "How do we learn about the progress?",
    "ja-easy": "どこまで 進んだか 知りたい",
}
AUGUST = {"ja": "来年の8月", "en": "August next year", "ja-easy": "来年の 8月"}

TOLD = ("start", "live", "no", "no", "no", "no", "undecided", "no_notices")
OPEN = (*TOLD, "go")
# What is said to come to each step: names of buttons, or words of a language.
STEPS: dict[str, Sequence[str | dict[str, str]]] = {
    **{question: TOLD[: n + 1] for n, question in enumerate(("tie", "foreign", "adopted", "common_name", "child"))},
    "planned": TOLD[:6],
    "contact": TOLD[:7],
    "summary": TOLD,
    "which": (*TOLD, "fix"),
    "started": OPEN,
    "status": (*OPEN, "status"),
    "filed": (*OPEN, "filed"),
    "tick": (*OPEN, "tick"),
    "tick_all": (*OPEN, ALL_THERE),
    "link": (*OPEN, "link"),
    "linked": (*OPEN, "link", "yes"),
    "contact of a record": (*OPEN, "contact"),
    "mail sent unasked": (*OPEN, {language: "couple@example.org" for language in LANGUAGES}),
    "wishes": (*OPEN, "wishes"),
    "wishes changed": (*OPEN, "wishes", AUGUST),
    "old PIN": (*OPEN, "new_pin"),
    "lost PIN": (*OPEN, "pin_lost"),
    "withdraw": (*OPEN, "withdraw"),
    "withdrawn": (*OPEN, "withdraw", "withdraw_yes"),
    "erase": (*OPEN, ERASE),
    "receipt": ("status",),
    "receipt for all papers": (ALL_THERE,),
    "progress": (PROGRESS,),
}


def said(turn: Any) -> list[tuple[str, str]]:
    """What was answered, with numbers that differ each time blotted out."""
    return [
        (m["answer"]["id"], re.sub(r"TP-[\w-]{14}|\b\d{6}\b", "#", m["text"]))
        for m in turn.messages
        if m["answer"]["id"] != "phrase_masked"
    ]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("step", STEPS)
def test_a_title_that_is_typed_is_the_answer_on_the_button(
    step: str, language: str, storage: Applications, conversations: Any, run: Callable[[Any], Any], knowledge: Any
) -> None:
    buttons = knowledge.application_talk["buttons"]

    def talk(*messages: str) -> Any:
        """A conversation of its own that comes to the step and goes on."""
        sender = f"typed-{next(_numbers)}"
        for word in STEPS[step]:
            text = word[language] if isinstance(word, dict) else _sent(buttons[word], language)
            turn = run(conversations.say(sender, text, lang=language))
        for message in messages:
            turn = run(conversations.say(sender, message, lang=language))
        return turn

    ours = {_title(b, language): _sent(b, language) for b in buttons.values()}
    shown = [b for b in talk().messages[-1]["buttons"] if ours.get(b["title"]) == b["payload"] or b["title"] in ours]
    assert shown, "no button stands here"
    wrong = {
        b["title"]: (said(typed), said(tapped))
        for b in shown
        if b["title"] != b["payload"] and said(typed := talk(b["title"])) != said(tapped := talk(b["payload"]))
    }
    assert not wrong


def _title(button: dict[str, Any], language: str) -> str:
    return str(button["title"][language])


def _sent(button: dict[str, Any], language: str) -> str:
    return str(button.get("say", button["title"])[language])


_numbers = iter(range(10**6))
