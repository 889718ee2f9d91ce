"""Starting an application, step by step, with needs given by hand: one question at a time, nothing asked twice, one key a summary."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from understood import TODAY

from bot.dialogue import applying, drafts, wished
from bot.dialogue.drafts import QUESTIONS, Scene, Step
from bot.dialogue.speaking import Speaker
from bot.rules.checklist import Circumstance
from tests.drills.installation import NOW

ANSWERS = {
    "tie": "都内に住んでいます",
    "foreign": "いいえ",
    "adopted": "いいえ",
    "common_name": "はい",
    "child": "いいえ",
    "planned": "来年4月",
    "contact": "お知らせは要らない",
}


@pytest.fixture
def scene() -> Scene:
    numbers = count(1)
    return Scene(TODAY, NOW, "ja", new_key=lambda: f"key {next(numbers)}")


@pytest.fixture
def go(understood: Callable[..., Any], scene: Scene) -> Callable[..., Step]:
    """Takes one message into a draft."""

    def step(before: Step, text: str, *ranking: tuple[str, float], **changes: Any) -> Step:
        at = changes.pop("scene", scene)
        return applying.step(before.state, understood(text, *ranking, **changes), at)

    return step


def asked(step: Step) -> str:
    return step.specs[-1].get("about") or step.specs[-1]["name"]


def leads(step: Step) -> list[str]:
    return step.specs[-1]["leads"]


@pytest.fixture
def summary(go: Callable[..., Step], scene: Scene) -> Step:
    step = applying.begin({}, scene)
    for name in QUESTIONS:
        assert asked(step) == name
        step = go(step, ANSWERS[name])
    return step


def test_every_question_is_asked_once_and_then_the_summary(summary: Step) -> None:
    assert asked(summary) == "summary"
    assert summary.specs[-1]["facts"] == {
        "tie": ["lives_in_tokyo"],
        "foreign": "no",
        "adopted": "no",
        "common_name": "yes",
        "child": "no",
        "planned": "2027-04",
        "contact": "none",
    }


def test_yes_starts_it_under_the_key_of_the_summary(go: Callable[..., Step], summary: Step) -> None:
    done = go(summary, "はい")
    assert done.task == {"do": "start"}
    assert done.state["key"] == summary.state["key"] == "key 1"
    assert go(done, "はい").state["key"] == "key 1"


def test_a_changed_summary_has_another_key(go: Callable[..., Step], summary: Step) -> None:
    changed = go(summary, "やっぱり5月に届け出ます")
    assert asked(changed) == "summary" and leads(changed) == ["corrected"]
    assert changed.state["key"] != summary.state["key"]
    assert changed.state["facts"]["planned"] == "2027-05"


@pytest.mark.parametrize("words", ["やっぱり5月に届け出ます", "最初からやり直す"])
def test_after_a_yes_without_an_answer_a_changed_summary_corrects_under_the_same_key(
    go: Callable[..., Step], summary: Step, words: str
) -> None:
    """That yes may have come through unheard, or may still do so."""
    step = go(go(summary, "はい"), words)
    while asked(step) != "summary":
        step = go(step, ANSWERS[asked(step)])
    assert (step.state["key"], step.state["revision"]) == ("key 1", 1)
    assert (
        go(step, "yes", scene=Scene(TODAY, NOW, "en")).state["revision"] == 2
    )  # in another language: corrected once more
    done = go(step, "はい")
    assert done.task == {"do": "start"}
    afterwards = applying.begin({}, Scene(TODAY, NOW, "ja"), earlier={**done.state, "stage": "done"})
    assert "key" not in afterwards.state


def test_going_back_to_a_summary_that_was_confirmed_corrects_it_too(go: Callable[..., Step], summary: Step) -> None:
    changed = go(go(go(summary, "はい"), "やっぱり5月に届け出ます"), "はい")
    back = go(changed, "前に戻る", ("back", 0.9))
    assert back.state["facts"]["planned"] == "2027-04"
    assert (back.state["key"], back.state["revision"]) == ("key 1", 2)


def test_a_yes_in_another_language_is_kept_in_it_unless_it_was_tried(
    go: Callable[..., Step], summary: Step, scene: Scene
) -> None:
    english = replace(scene, language="en")
    first = go(summary, "yes", scene=english)
    assert first.state["language"] == "en" and first.state["key"] != summary.state["key"]
    again = go(first, "はい", scene=scene)
    assert again.state["language"] == "en" and again.state["key"] == first.state["key"]


@pytest.mark.parametrize("text", ["いいえ", "直す", "違います", "no", "change something"])
def test_no_to_the_summary_asks_what_to_change(go: Callable[..., Step], summary: Step, text: str) -> None:
    assert asked(go(summary, text)) == "which"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("東京とのつながりを直す", "tie"),
        ("国籍を直す", "foreign"),
        ("Change the adoption", "adopted"),
        ("通称名を直す", "common_name"),
        ("Change the child's name", "child"),
        ("届け出る時期を直す", "planned"),
        ("お知らせを直す", "contact"),
    ],
)
def test_one_answer_is_asked_again_and_the_summary_follows(
    go: Callable[..., Step], summary: Step, text: str, name: str
) -> None:
    asking = go(go(summary, "直す"), text)
    assert asked(asking) == name
    after = go(asking, ANSWERS[name])
    assert asked(after) == "summary"


@pytest.mark.parametrize("text", ["やめる", "stop", "やめます", "cancel"])
def test_stop_puts_it_aside_and_it_can_be_taken_up(go: Callable[..., Step], scene: Scene, text: str) -> None:
    stopped = go(applying.begin({}, scene), text)
    assert not drafts.active(stopped.state)
    assert asked(applying.resume(stopped.state, scene)) == "tie"


def test_it_is_dropped_after_half_an_hour(scene: Scene) -> None:
    state = applying.begin({}, scene).state
    assert drafts.kept(state, NOW + timedelta(minutes=29, seconds=59)) == state
    assert drafts.kept(state, NOW + timedelta(minutes=30)) is None


def test_every_step_keeps_it_for_another_half_hour(go: Callable[..., Step], scene: Scene) -> None:
    later = replace(scene, now=NOW + timedelta(minutes=20))
    step = go(applying.begin({}, scene), "都内で働いています", scene=later)
    assert drafts.kept(step.state, NOW + timedelta(minutes=45))


def test_why_says_why_and_asks_again(go: Callable[..., Step], scene: Scene) -> None:
    step = go(applying.begin({}, scene), "なぜ聞くの", ("why_ask", 0.9))
    assert step.specs == [{**step.specs[0], "about": "tie", "why": True}]


def test_a_question_interrupts_and_changes_nothing(go: Callable[..., Step], scene: Scene) -> None:
    begun = applying.begin({}, scene)
    step = go(begun, "費用はいくらですか？", ("faq/application_fee", 0.9))
    assert step.interrupted and step.specs == []
    assert step.state["facts"] == begun.state["facts"]


def test_a_question_about_what_we_asked_is_no_answer(go: Callable[..., Step], scene: Scene) -> None:
    begun = applying.begin({"tie": ["lives_in_tokyo"]}, scene)
    step = go(begun, "外国籍だと何が変わりますか？", ("faq/eligibility_nationality", 0.9))
    assert step.interrupted and "foreign" not in step.state["facts"]


@pytest.mark.parametrize(("text", "label"), [("答えたくない", "prefer_not_to_say"), ("分からない", "dont_know")])
def test_what_is_not_said_stays_open(go: Callable[..., Step], scene: Scene, text: str, label: str) -> None:
    step = go(applying.begin({}, scene), text, (label, 0.9))
    assert asked(step) == "foreign" and leads(step) == ["skipped"]
    assert step.state["declined"] == ["tie"]


def test_going_back_asks_the_question_before(go: Callable[..., Step], scene: Scene) -> None:
    second = go(applying.begin({}, scene), ANSWERS["tie"])
    back = go(second, "前の質問に戻って", ("go_back", 0.9))
    assert asked(back) == "tie" and "tie" not in back.state["facts"]


def test_three_misses_skip_a_question(go: Callable[..., Step], scene: Scene) -> None:
    step = applying.begin({}, scene)
    for _ in range(3):
        step = go(step, "ふむふむ")
    assert asked(step) == "foreign" and leads(step) == ["give_up"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("都内に住んでいます", ["lives_in_tokyo"]),
        ("新宿区です", ["lives_in_tokyo"]),
        ("都内で働いています", ["works_in_tokyo"]),
        ("I study in Tokyo", ["studies_in_tokyo"]),
        ("都内に引っ越す予定です", ["moves_to_tokyo_within_3_months"]),
        ("住んでいて、職場も都内です", ["lives_in_tokyo", "works_in_tokyo"]),
        ("まだありません", []),
    ],
)
def test_ties_are_read(go: Callable[..., Step], scene: Scene, text: str, expected: list[str]) -> None:
    assert go(applying.begin({}, scene), text).state["facts"]["tie"] == expected


def test_no_tie_is_said_to_be_needed(go: Callable[..., Step], scene: Scene) -> None:
    assert leads(go(applying.begin({}, scene), "まだありません")) == ["tie_needed"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("来月", "2026-12"),
        ("4月10日", "2027-04-10"),
        ("未定", "open"),
        ("まだ決めていない", "open"),
        ("Not decided yet", "open"),
    ],
)
def test_plans_are_read(go: Callable[..., Step], scene: Scene, text: str, expected: str) -> None:
    known = {name: "no" for name in ("foreign", "adopted", "common_name", "child")} | {"tie": []}
    assert go(applying.begin(known, scene), text).state["facts"]["planned"] == expected


@pytest.mark.parametrize("text", ["2020年4月", "2039年1月"])
def test_a_plan_that_cannot_be_is_asked_again(go: Callable[..., Step], scene: Scene, text: str) -> None:
    known = {name: "no" for name in ("foreign", "adopted", "common_name", "child")} | {"tie": []}
    step = go(applying.begin(known, scene), text)
    assert asked(step) == "planned" and leads(step) == ["out_of_range"]


KNOWN = {"tie": [], "foreign": "no", "adopted": "no", "common_name": "no", "child": "no", "planned": "open"}


def test_an_address_is_kept_sealed(go: Callable[..., Step], scene: Scene) -> None:
    step = go(applying.begin(KNOWN, scene), "＊＊＊＊", sealed={"mail": "sealed value"})
    assert step.took_contact
    assert step.state["facts"]["contact"] == {"kind": "email", "sealed": "sealed value"}
    assert step.specs[-1]["facts"]["contact"] == "email"


def test_a_yes_to_notices_asks_for_the_address(go: Callable[..., Step], scene: Scene) -> None:
    assert leads(go(applying.begin(KNOWN, scene), "はい")) == ["send_mail"]


def test_what_is_no_address_is_said_so(go: Callable[..., Step], scene: Scene) -> None:
    assert leads(go(applying.begin(KNOWN, scene), "＊＊＊＊")) == ["bad_mail"]


def test_on_line_nobody_is_asked_for_an_address(scene: Scene, go: Callable[..., Step]) -> None:
    assert asked(applying.begin(KNOWN, replace(scene, on_line=True))) == "summary"
    pushes = replace(scene, on_line=True, pushes=True)
    begun = applying.begin(KNOWN, pushes)
    assert asked(begun) == "contact_line"
    step = go(begun, "はい", sealed={"line_user": "sealed user"}, scene=pushes)
    assert step.state["facts"]["contact"] == {"kind": "line", "sealed": "sealed user"}
    refused = go(begun, "＊＊＊＊", sealed={"mail": "sealed"}, scene=pushes)
    assert leads(refused) == ["no_mail_on_line"]


def test_nothing_said_already_is_asked_again(understood: Callable[..., Any], scene: Scene) -> None:
    u = understood("新宿に住んでいて、外国籍の人がいます。4月に届け出たいので始めます")
    facts = wished.read(u, None, False, TODAY)
    assert facts == {"tie": ["lives_in_tokyo"], "foreign": "yes", "planned": "2027-04"}
    assert asked(applying.begin(facts, scene)) == "adopted"


def test_a_second_yes_is_the_same_application_only_right_after_the_first(
    go: Callable[..., Step], summary: Step
) -> None:
    done = Step({**summary.state, "stage": "done", "asked": None, "fresh": True})
    assert go(done, "はい").task == {"do": "start"}
    assert go(done, "費用はいくら？", ("faq/application_fee", 0.9)).task is None
    assert go(Step({**done.state, "fresh": False}), "はい").task is None


def test_wishes_come_back_as_facts(summary: Step) -> None:
    wishes = wished.wishes(summary.state["facts"], "ja")
    assert wishes.circumstances == {Circumstance.LIVES_IN_TOKYO, Circumstance.WANTS_COMMON_NAME}
    assert wished.wishes(wished.facts_of(wishes.to_json()), "ja") == wishes


STORED = {"language": "ja", "circumstances": ["cannot_use_online", "lives_in_tokyo"], "planned_on": None}


def test_changing_wishes_begins_with_what_is_recorded(
    go: Callable[..., Step], scene: Scene, understood: Callable[..., Any]
) -> None:
    step = applying.change(STORED, understood("希望を変える"), scene)
    assert asked(step) == "which"
    step = go(step, "子どもの名前を直す")
    step = go(step, "はい")
    assert asked(step) == "summary" and step.specs[-1]["mode"] == "change"
    done = go(step, "はい")
    assert done.task == {"do": "wishes"}
    assert wished.wishes(done.state["facts"], "ja").to_json()["circumstances"] == [
        "cannot_use_online",
        "lives_in_tokyo",
        "wants_child_name",
    ]


_SAID = st.sampled_from(
    [
        *ANSWERS.values(),
        "直す",
        "戻って",
        "やめる",
        "つづき",
        "？",
        "分からない",
        "答えたくない",
        "最初から",
        "ふむ",
        "国籍を直す",
        "来月",
        "yes",
        "費用は？",
        "＊＊＊",
    ]
)
_LABELS = st.sampled_from(
    ["faq/application_fee", "affirm", "deny", "repeat", "correct", "why_ask", "faq/oos_other", "start_application"]
)


@given(st.lists(st.tuples(_SAID, _LABELS, st.floats(0, 1)), max_size=14))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_said_there_is_an_answer_and_the_state_is_plain(
    understood: Callable[..., Any], knowledge: Any, said: list[tuple[str, str, float]]
) -> None:
    import json

    speaker, scene = Speaker(knowledge), Scene(TODAY, NOW, "ja")
    step = applying.begin({}, scene)
    for text, label, p in said:
        if not drafts.active(step.state):
            step = applying.resume(step.state, scene)
        step = applying.step(step.state, understood(text, (label, p)), scene)
        assert step.specs or step.task or step.interrupted
        assert json.loads(json.dumps(step.state)) == step.state
        for spec in step.specs:
            for lang in ("ja", "en", "ja-easy"):
                assert speaker.speak(spec, lang, TODAY).short
