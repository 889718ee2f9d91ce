"""What is said beside the question: corrections, times by themselves, an address too early, and ways out of a change."""

# ruff: noqa: F811  (fixtures are imported, then named by the tests that use them)

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from test_applying_steps import STORED, asked, go, leads, scene, summary  # noqa: F401
from understood import TODAY

from bot.dialogue import applying, drafts, wished
from bot.dialogue.drafts import Scene, Step


@pytest.mark.parametrize(
    ("text", "planned"), [("予定を8月に変えたい", "2027-08"), ("change the date to 10 March", "2027-03-10")]
)
def test_a_change_that_says_how_is_taken_at_its_word(
    understood: Callable[..., Any], scene: Scene, text: str, planned: str
) -> None:
    step = applying.change(STORED, understood(text), scene)
    assert asked(step) == "summary" and step.state["facts"]["planned"] == planned


@pytest.mark.parametrize("text", ["いいえ", "やめる", "no"])
def test_a_change_that_is_not_wanted_after_all_is_let_go(
    understood: Callable[..., Any], go: Callable[..., Step], scene: Scene, text: str
) -> None:
    step = go(applying.change(STORED, understood("希望を変える"), scene), text)
    assert step.specs[0]["note"] == "stopped" and not drafts.active(step.state)


def test_nobody_is_kept_in_a_change_by_not_being_understood(
    understood: Callable[..., Any], go: Callable[..., Step], scene: Scene
) -> None:
    step = applying.change(STORED, understood("希望を変える"), scene)
    for _ in range(3):
        assert drafts.active(step.state)
        step = go(step, "ふむ")
    assert not drafts.active(step.state)


@pytest.mark.parametrize(
    ("text", "planned"),
    [
        ("6月じゃなくて7月", "2027-07"),
        ("ちょっと待って、6月じゃなくて7月", "2027-07"),
        ("やっぱり5月10日にします", "2027-05-10"),
        ("July, not June", "2027-07"),
        ("not June, July", "2027-07"),
        ("actually May", "2027-05"),
        ("来年の6月", "2027-06"),
    ],
)
def test_a_time_is_corrected_at_the_summary_by_naming_another(
    go: Callable[..., Step], summary: Step, text: str, planned: str
) -> None:
    step = go(summary, text)
    assert asked(step) == "summary" and step.state["facts"]["planned"] == planned
    assert leads(step) == ["corrected"]


@pytest.mark.parametrize("text", ["April", "april.", "around May", "maybe March?", "Let's say June", "in September"])
def test_a_month_alone_answers_when(go: Callable[..., Step], scene: Scene, text: str) -> None:
    known = {name: "no" for name in ("foreign", "adopted", "common_name", "child")} | {"tie": ["lives_in_tokyo"]}
    step = go(applying.begin(known, scene), text, ("faq/eligibility_move_in", 0.6))
    assert len(step.state["facts"]["planned"]) == 7


@pytest.mark.parametrize("text", ["今夜、届け出の準備を始めたい", "let's start our application tonight"])
def test_when_one_starts_is_not_when_one_files(understood: Callable[..., Any], text: str) -> None:
    assert "planned" not in wished.read(understood(text), None, False, TODAY)


def test_a_correction_of_one_answer_is_no_answer_to_another(go: Callable[..., Step], scene: Scene) -> None:
    known = {"tie": ["lives_in_tokyo"], "foreign": "no", "adopted": "no", "common_name": "yes"}
    step = go(applying.begin(known, scene), "いや、やっぱり通称名はなしで")
    assert step.state["facts"]["common_name"] == "no" and asked(step) == "child"


def test_an_address_given_early_is_kept(go: Callable[..., Step], scene: Scene) -> None:
    step = go(applying.begin({}, scene), "＊＊＊＊", ("faq/changes_annual_mail", 0.9), sealed={"mail": "sealed value"})
    assert step.state["facts"]["contact"] == {"kind": "email", "sealed": "sealed value"}
    assert step.took_contact and asked(step) == "tie"


@pytest.mark.parametrize(
    ("text", "ties"),
    [
        ("my partner works in Shinjuku and I live in Saitama", ["works_in_tokyo"]),
        ("さいたま市に住んでいて、新宿で働いています", ["works_in_tokyo"]),
        ("I live in Saitama", None),
    ],
)
def test_living_elsewhere_is_no_tie(go: Callable[..., Step], scene: Scene, text: str, ties: list[str] | None) -> None:
    assert go(applying.begin({}, scene), text).state["facts"].get("tie") == ties


@pytest.mark.parametrize(
    ("text", "child"), [("載せたいです", "yes"), ("we would like that", "yes"), ("載せたくない", "no")]
)
def test_a_wish_answers_a_question_about_wishes(go: Callable[..., Step], scene: Scene, text: str, child: str) -> None:
    known = {"tie": ["lives_in_tokyo"], "foreign": "no", "adopted": "no", "common_name": "no"}
    assert go(applying.begin(known, scene), text).state["facts"].get("child", "no") == child
