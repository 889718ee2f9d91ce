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


@pytest.mark.parametrize("text", ["希望を変える", "Change our wishes"])
@pytest.mark.parametrize("about", ["届け出る時期を直す", "国籍を直す"])
def test_another_wish_inside_a_change_keeps_what_was_there(
    understood: Callable[..., Any], go: Callable[..., Step], scene: Scene, about: str, text: str
) -> None:
    asking = go(applying.change(STORED, understood("希望を変える"), scene), about)
    assert asked(asking) in ("planned", "foreign")
    step = go(asking, text, ("faq/alternatives_medical_wishes", 0.95))
    assert asked(step) == "which" and step.state["facts"] == step.state["stored"]


@pytest.mark.parametrize(
    ("text", "name"), [("通称を使っているので載せたいです", "common_name"), ("子どもの名前も載せたい", "child")]
)
def test_a_wish_said_early_is_kept(go: Callable[..., Step], scene: Scene, text: str, name: str) -> None:
    step = go(applying.begin({"tie": ["lives_in_tokyo"]}, scene), text, ("faq/certificate_children", 0.9))
    assert asked(step) == "foreign" and step.state["facts"][name] == "yes" and not step.interrupted
    question = go(applying.begin({}, scene), "子どもの名前も載せられますか？", ("faq/certificate_children", 0.9))
    assert question.interrupted


@pytest.mark.parametrize(
    ("about", "text", "answer"),
    [
        ("foreign", "いや二人とも日本人", "no"),
        ("foreign", "we're both Japanese", "no"),
        ("foreign", "she's Canadian", "yes"),
        ("foreign", "my partner is from abroad", "yes"),
        ("common_name", "つけない", "no"),
        ("child", "載せません", "no"),
    ],
)
def test_answers_in_peoples_own_words(
    go: Callable[..., Step], scene: Scene, about: str, text: str, answer: str
) -> None:
    known = {name: "no" for name in ("foreign", "adopted", "common_name", "child") if name != about}
    step = go(applying.begin({"tie": ["lives_in_tokyo"], **known}, scene), text, ("faq/eligibility_nationality", 0.9))
    assert step.state["facts"][about] == answer


def test_a_change_at_the_summary_is_taken_at_its_word(go: Callable[..., Step], summary: Step) -> None:
    step = go(summary, "please change the date to July", ("faq/scheme_assembly", 0.8))
    assert asked(step) == "summary" and step.state["facts"]["planned"] == "2027-07"
    tied = go(summary, "hmm, can I change the tie? I also work in Minato", ("faq/eligibility_transgender", 0.3))
    assert asked(tied) == "summary" and len(tied.state["facts"]["tie"]) == 2


NO = {name: "no" for name in ("foreign", "adopted", "common_name", "child")} | {"tie": ["lives_in_tokyo"]}


@pytest.mark.parametrize(
    ("about", "text"),
    [
        ("foreign", "国籍は答えたくない"),
        ("foreign", "外国籍かどうかは言いたくない"),
        ("foreign", "国籍（こくせき）は いいたくないです"),
        ("adopted", "we'd rather not say about the adoption"),
        ("adopted", "養子縁組ですか、ちょっと答えたくないです"),
        ("common_name", "通称名を載せるかはまだ決めていません"),
        ("common_name", "not sure about the common name yet"),
        ("common_name", "まだ決めていません"),
        ("child", "子どもの名前を載せるかどうかはわからない"),
        ("child", "子（こ）どもの 名前（なまえ）は まだ わかりません"),
        ("child", "we haven't decided about our child"),
    ],
)
def test_what_is_refused_unknown_or_undecided_is_left_open_in_any_words(
    go: Callable[..., Step], scene: Scene, about: str, text: str
) -> None:
    known = {name: value for name, value in NO.items() if name != about}
    step = go(applying.begin(known, scene), text, ("faq/eligibility_nationality", 0.9))
    assert about not in step.state["facts"] and step.state["declined"] == [about]
    assert asked(step) == "planned" and leads(step) == ["skipped"]


def test_what_is_left_open_at_the_summary_is_no_longer_told(go: Callable[..., Step], summary: Step) -> None:
    step = go(summary, "通称名はまだ決めていません")
    assert asked(step) == "summary" and "common_name" not in step.specs[-1]["facts"]
    assert step.state["declined"] == ["common_name"]


def test_what_is_left_open_in_a_change_stays_as_it_was(
    understood: Callable[..., Any], go: Callable[..., Step], scene: Scene
) -> None:
    stored = {**STORED, "circumstances": ["lives_in_tokyo", "foreign_national"]}
    step = go(applying.change(stored, understood("国籍を直す"), scene), "国籍は答えたくない")
    assert step.specs[0]["note"] == "stopped" and step.state["facts"]["foreign"] == "yes"


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("外国籍の人はいるけど、養子縁組はしていません", {"foreign": "yes", "adopted": "no"}),
        ("養子縁組はしていないけど、通称名はまだ決めていません", {"adopted": "no", "common_name": "open"}),
        ("no adoption, and we're not sure about the common name", {"adopted": "no", "common_name": "open"}),
        ("養子縁組も、通称名もありません", {"adopted": "no", "common_name": "no"}),
        ("外国籍なのは私じゃなくて相手です", {"foreign": "yes"}),
        ("通称名は書きたくない", {"common_name": "no"}),
        ("we'd rather not have a common name on it", {"common_name": "no"}),
        ("外国籍の相手のパスポートがあります", {"foreign": "yes"}),
        ("いいえ、国籍は日本です", {"foreign": "no"}),
    ],
)
def test_each_thing_is_read_by_what_is_said_of_it(
    understood: Callable[..., Any], text: str, facts: dict[str, str]
) -> None:
    assert wished.read(understood(text), None, False, TODAY) == facts


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("adopted", "養子縁組じゃなくて、付き合っているだけです"),
        ("adopted", "養子縁組（ようしえんぐみ）では なくて、つきあっています"),
        ("adopted", "sorry, it's no adoption, we are just a couple"),
        ("foreign", "国籍はどちらも日本でした"),
        ("foreign", "国籍が違います、どちらも日本です"),
        ("foreign", "change the nationality, we're both Japanese"),
    ],
)
@pytest.mark.parametrize("late", [True, False])
def test_what_was_affirmed_is_taken_back(
    go: Callable[..., Step], scene: Scene, name: str, text: str, late: bool
) -> None:
    known = {**NO, name: "yes"} | ({"planned": "open", "contact": {"kind": "none"}} if late else {})
    step = go(applying.begin(known, scene), text, ("faq/eligibility_nationality", 0.3 if late else 0.9))
    assert step.state["facts"][name] == "no" and leads(step) == ["corrected"]
    assert asked(step) == ("summary" if late else "planned")


@pytest.mark.parametrize("text", ["やっぱり養子縁組はしていません", "sorry, we have no adoption"])
def test_nothing_is_called_changed_that_was_so_already(go: Callable[..., Step], scene: Scene, text: str) -> None:
    step = go(applying.begin(NO, scene), text)
    assert leads(step) == ["noted"] and step.state["facts"] == NO


@pytest.mark.parametrize(
    ("text", "planned"),
    [
        ("それでお願いしたいけど、時期は4月に", "2027-04"),
        ("yes please, but in March", "2027-03"),
        ("いいですが、5がつに おねがいします", "2027-05"),
    ],
)
def test_a_yes_with_another_time_changes_the_time(
    go: Callable[..., Step], summary: Step, text: str, planned: str
) -> None:
    summary.state["facts"]["planned"] = "2027-06"
    step = go(summary, text)
    assert asked(step) == "summary" and step.state["facts"]["planned"] == planned and leads(step) == ["corrected"]


def test_a_courteous_may_is_no_month(go: Callable[..., Step], summary: Step) -> None:
    step = go(summary, "yes, but may I think it over", ("faq/application_time", 0.1))
    assert step.state["facts"]["planned"] == "2027-04"


def test_an_address_that_cannot_be_used_is_asked_for_again_at_once(go: Callable[..., Step], summary: Step) -> None:
    asking = go(summary, "お知らせを直す")
    for before in (asking, summary):
        step = go(before, "＊＊＊＊に変えて", ("deny", 0.9), sealed={"unread_mail": "sealed mark"})
        assert asked(step) == "contact" and leads(step) == ["bad_mail"] and step.took_contact
