"""Asking to be erased is never an answer to a question of ours, whatever we have asked and in whatever language."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from understood import TODAY

from bot.dialogue import applying, commands, tracking
from bot.dialogue.drafts import QUESTIONS, Scene
from bot.dialogue.responder import Responder
from bot.dialogue.turn import Memory, Turn
from tests.drills.installation import NOW

ERASE = ("erase_my_data", 0.99)
SAID = {"ja": "データを消して", "en": "delete my data", "ja-easy": "データ けして"}
OPEN = {
    "grant": "granted",
    "documents": ["doc-single", "doc-residence"],
    "missing": ["doc-single"],
    "wishes": {"language": "ja", "circumstances": [], "planned_on": None},
    "linked": False,
}
WAITING = ("receipt", "pin", "old_pin", "tick", "mail", "filed", "withdraw", "link", None)


@pytest.fixture
def answer(knowledge: Any, understood: Callable[..., Any]) -> Callable[..., Turn]:
    responder = Responder(knowledge)

    def respond(text: str, memory: Memory, *ranking: tuple[str, float]) -> Turn:
        return responder.respond(understood(text, *ranking), memory, TODAY, NOW)

    return respond


def asks_to_erase(turn: Turn) -> bool:
    return turn.pending == "erase" and turn.specs[0]["note"] == "erase_confirm"


@pytest.mark.parametrize("lang", SAID)
@pytest.mark.parametrize("asked", [*QUESTIONS, "summary", "which"])
def test_in_every_question_of_a_draft(answer: Callable[..., Turn], asked: str, lang: str) -> None:
    draft = applying.begin({}, Scene(TODAY, NOW, lang)).state
    draft |= {"asked": asked, "stage": "summary" if asked in ("summary", "which") else "asking", "language": lang}
    assert asks_to_erase(answer(SAID[lang], Memory(lang, draft=draft), ERASE))


@pytest.mark.parametrize("lang", SAID)
@pytest.mark.parametrize("asked", WAITING)
def test_in_every_question_about_a_record(answer: Callable[..., Turn], asked: str | None, lang: str) -> None:
    turn = answer(SAID[lang], Memory(lang, access={**OPEN, "asked": asked}), ERASE)
    assert asks_to_erase(turn)
    assert turn.access and turn.access["asked"] is None


def test_a_yes_after_it_erases_and_withdraws_nothing(answer: Callable[..., Turn]) -> None:
    asked = answer("データを消して", Memory(access={**OPEN, "asked": "withdraw"}), ERASE)
    memory = replace(Memory(), access=asked.access, pending=asked.pending)
    assert answer("はい", memory, ("affirm", 0.99)).task == {"do": "erase"}


def test_a_no_leaves_all_and_goes_on_with_the_draft(answer: Callable[..., Turn]) -> None:
    draft = applying.begin({}, Scene(TODAY, NOW, "ja")).state
    turn = answer("いいえ", Memory(draft=draft, pending="erase"), ("deny", 0.99))
    assert [s["name"] for s in turn.specs] == ["not_erased", "question"] and turn.draft == draft


@pytest.mark.parametrize(
    "text",
    [
        "データ けして",
        "でーたを けして ください",
        "私のデータを全部消してください",
        "delete my data",
        "please erase everything",
        "can you delete all my information",
    ],
)
def test_it_is_known_by_its_words(understood: Callable[..., Any], text: str) -> None:
    """The classifier takes 「データ けして」 for a question about erasing."""
    assert commands.erases(understood(text, ("faq/privacy_delete", 0.93)))


@pytest.mark.parametrize(
    "text", ["住民票の印を消して", "お知らせを消して", "remove my email", "届出書を外して", "untick the mark"]
)
def test_one_thing_is_not_everything(understood: Callable[..., Any], text: str) -> None:
    assert not commands.erases(understood(text, ERASE))


@pytest.mark.parametrize("text", ["データはいつ消えますか", "how do you delete my data?", "会話は消してもいいの"])
def test_a_question_about_it_is_answered(understood: Callable[..., Any], text: str) -> None:
    assert not commands.erases(understood(text, ("faq/privacy_delete", 0.93)))


def test_a_withdrawal_is_still_a_withdrawal(understood: Callable[..., Any]) -> None:
    step = tracking.step(OPEN, understood("取り下げたい"), Scene(TODAY, NOW, "ja"))
    assert step.state["asked"] == "withdraw"
