"""Several papers in one message: each is marked as it was said, and a no takes the marks off again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from understood import TODAY

from bot.dialogue import papers_named, tracking
from bot.dialogue.drafts import Scene
from tests.drills.installation import NOW

SCENE = Scene(TODAY, NOW, "ja")
NOTE, SINGLE, ID, WORK, STUDY, HOME = (
    f"doc-{name}" for name in ("notification", "single", "identity", "work", "study", "residence")
)
OPEN = {
    "grant": "granted",
    "documents": [NOTE, SINGLE, ID, WORK, STUDY, HOME],
    "missing": [NOTE, SINGLE],
    "asked": None,
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("we've got proof of study and ID", {STUDY: True, ID: True}),
        ("届出書できた、免許証もあります", {NOTE: True, ID: True}),
        ("届出書と、免許証があります", {NOTE: True, ID: True}),
        ("住民票は取ったけど、戸籍はまだです", {HOME: True, SINGLE: False}),
        ("I have the residence record but not the koseki", {HOME: True, SINGLE: False}),
        ("I have my ID, and the residence record", {ID: True, HOME: True}),
        ("I have filed the request for the family register", {}),
        ("戸籍抄本の請求を出しました", {}),
        ("請求していた住民票が届きました", {HOME: True}),
        ("please continue, I have time", {}),
    ],
)
def test_each_paper_is_marked_as_it_was_said(
    understood: Callable[..., Any], text: str, expected: dict[str, bool]
) -> None:
    assert dict(papers_named.marks(understood(text), OPEN["documents"])) == expected


@pytest.mark.parametrize("lang", ["ja", "en", "ja-easy"])
def test_a_button_names_one_paper(knowledge: Any, understood: Callable[..., Any], lang: str) -> None:
    talk = knowledge.application_talk
    for document, names in talk["papers"].items():
        said = talk["tap"]["have"][lang].replace("{paper}", names[lang])
        assert papers_named.marks(understood(said), list(talk["papers"])) == [(document, True)], said


@pytest.mark.parametrize(
    "text",
    ["全部そろいました", "書類がそろいました", "ぜんぶ そろいました", "we have everything", "we have all the papers"],
)
def test_that_all_is_there_is_asked_with_their_names(understood: Callable[..., Any], text: str) -> None:
    step = tracking.step(OPEN, understood(text, ("faq/crisis_suicide", 0.32)), SCENE)
    assert step.specs[0]["about"] == "tick_all" and step.specs[0]["papers"] == [NOTE, SINGLE]
    assert tracking.step(step.state, understood("はい"), SCENE).task == {
        "do": "tick",
        "marks": [[NOTE, True], [SINGLE, True]],
    }
    assert tracking.step(step.state, understood("いいえ"), SCENE).specs[0]["about"] == "tick"


def test_a_no_right_after_takes_the_marks_off(understood: Callable[..., Any]) -> None:
    said = {"name": "status", "done": ["ticked"], "values": {"ticked": [ID]}}
    step = tracking.taken_back(said, OPEN, understood("いいえ"))
    assert step and step.task == {"do": "tick", "marks": [[ID, False]]}
    assert tracking.taken_back({"name": "status", "done": [], "values": {}}, OPEN, understood("いいえ")) is None
    assert tracking.taken_back(said, {**OPEN, "asked": "withdraw"}, understood("いいえ")) is None
