"""Ties to Tokyo are neither lost nor invented, a change that is not wanted changes nothing, and our own questions are no crisis."""

# ruff: noqa: F811  (fixtures are imported, then named by the tests that use them)

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from test_applying_steps import STORED, asked, go, leads, scene, summary  # noqa: F401
from understood import TODAY

from bot.dialogue import applying, drafts, wished
from bot.dialogue.drafts import Scene, Step
from bot.dialogue.responder import Responder
from bot.dialogue.turn import Memory

LIVE, WORK, STUDY = "lives_in_tokyo", "works_in_tokyo", "studies_in_tokyo"
MOVE = "moves_to_tokyo_within_3_months"
LINK = ("faq/eligibility_tokyo_link", 0.89)
SETTLED = {name: "no" for name in ("foreign", "adopted", "common_name", "child")} | {"tie": [LIVE]}

PLANNED = {**STORED, "planned_on": "2027-05"}


@pytest.mark.parametrize(
    ("text", "ties"),
    [
        ("Actually I also study in Tokyo", [LIVE, STUDY]),
        ("I also work in Tokyo", [LIVE, WORK]),
        ("I work there too, in Tokyo", [LIVE, WORK]),
        ("二人とも都内で働いてもいます", [LIVE, WORK]),
        ("つながりに在学も追加して", [LIVE, STUDY]),
        ("都内の大学にも通っています", [LIVE, STUDY]),
        ("やっぱり都内で働いています", [WORK]),
    ],
)
@pytest.mark.parametrize("question", ["child", "planned", "contact", "summary"])
def test_a_tie_is_added_to_those_before(
    go: Callable[..., Step], scene: Scene, summary: Step, question: str, text: str, ties: list[str]
) -> None:
    step = summary
    if question != "summary":
        after = drafts.QUESTIONS[drafts.QUESTIONS.index(question) :]
        known = {**SETTLED, "planned": "open", "contact": {"kind": "none"}}
        step = applying.begin({k: v for k, v in known.items() if k not in after}, scene)
        assert asked(step) == question
    after_it = go(step, text, LINK)
    assert after_it.state["facts"]["tie"] == ties and asked(after_it) == question


@pytest.mark.parametrize(
    ("text", "ties"),
    [
        ("neither of us lives there yet, moving in January", [MOVE]),
        ("まだ都内には住んでいませんが、1月に引っ越します", [MOVE]),
        ("住んではいないけど働いています", [WORK]),
        ("I don't live in Tokyo but I work there", [WORK]),
        ("I don't work in Tokyo, I study there", [STUDY]),
        ("neither of us works or lives in Tokyo", []),
        ("都内に住んでいません", []),
        ("都内で働くかもしれない", [WORK]),
    ],
)
def test_what_is_denied_is_no_tie(go: Callable[..., Step], scene: Scene, text: str, ties: list[str]) -> None:
    assert go(applying.begin({}, scene), text, LINK).state["facts"]["tie"] == ties


def test_a_tie_denied_later_is_taken_away(go: Callable[..., Step], summary: Step) -> None:
    assert go(summary, "都内に住んではいません", LINK).state["facts"]["tie"] == []
    assert go(summary, "子どもは都内に住んでいません", LINK).state["facts"]["tie"] == [LIVE]


# --- changing


@pytest.fixture
def changing(understood: Callable[..., Any], go: Callable[..., Step], scene: Scene) -> Step:
    step = go(applying.change(PLANNED, understood("希望を変える"), scene), "届け出る時期を直す")
    assert asked(step) == "planned"
    return step


@pytest.mark.parametrize(
    "text", ["not now please", "whatever", "いいえ", "やっぱりいいです", "また今度", "答えたくない"]
)
def test_a_change_not_wanted_after_all_leaves_everything(go: Callable[..., Step], changing: Step, text: str) -> None:
    step = go(changing, text)
    assert step.specs[0]["note"] == "stopped" and not drafts.active(step.state)
    assert step.state["facts"]["planned"] == "2027-05"


def test_not_being_understood_changes_nothing(go: Callable[..., Step], changing: Step) -> None:
    step = changing
    for _ in range(3):
        assert drafts.active(step.state)
        step = go(step, "hmm", ("faq/smalltalk_acknowledge", 0.99))
    assert step.specs[0]["note"] == "stopped"


def test_another_change_made_before_it_is_kept(go: Callable[..., Step], changing: Step) -> None:
    step = go(go(changing, "来年6月"), "通称名を直す")
    other = "いいえ" if wished.facts_of(STORED)["common_name"] == "yes" else "はい"
    step = go(go(step, other), "届け出る時期を直す")
    step = go(step, "また今度")
    assert asked(step) == "summary" and step.state["facts"]["planned"] == "2027-06"
    assert leads(step) == ["as_before"]


def test_nothing_is_called_changed_before_it_is_saved(go: Callable[..., Step], changing: Step) -> None:
    assert leads(go(changing, "来年6月")) == []


@pytest.mark.parametrize("text", ["よていを 5がつに かえたいです", "予定（よてい）を 5がつに かえたい"])
def test_a_month_in_kana_is_read(understood: Callable[..., Any], scene: Scene, text: str) -> None:
    step = applying.change(STORED, understood(text), scene)
    assert asked(step) == "summary" and step.state["facts"]["planned"] == "2027-05"


# --- no end, no crisis


@pytest.mark.parametrize(
    ("text", "planned"),
    [
        ("9月の終わりごろ", "2027-09"),
        ("3月おわり", "2027-03"),
        ("end of September", "2027-09"),
        ("9月末で終わり", "2027-09"),
    ],
)
def test_the_end_of_a_month_is_no_end(go: Callable[..., Step], scene: Scene, text: str, planned: str) -> None:
    step = go(applying.begin(SETTLED, scene), text, ("stop", 0.8))
    assert step.state["facts"]["planned"] == planned and not step.state.get("paused")


@pytest.mark.parametrize("text", ["やめる", "やめる、4月は無理", "stop"])
def test_an_end_in_so_many_words_is_one(go: Callable[..., Step], scene: Scene, text: str) -> None:
    assert go(applying.begin(SETTLED, scene), text, ("stop", 0.8)).state["paused"]


def test_a_faint_guess_is_no_crisis(knowledge: Any, understood: Callable[..., Any]) -> None:
    responder = Responder(knowledge)
    faint = understood("全部そろいました", ("faq/crisis_suicide", 0.42), ("faq/smalltalk_laugh", 0.2))
    assert all(s.get("id") != "crisis_suicide" for s in responder.respond(faint, Memory(), TODAY).specs)
    sure = understood("もう全部終わりました", ("faq/crisis_suicide", 0.55))
    assert responder.respond(sure, Memory(), TODAY).specs[0]["id"] == "crisis_suicide"
    shared = understood("もういいや", ("faq/crisis_suicide", 0.4), ("faq/support_crisis", 0.3))
    assert responder.respond(shared, Memory(), TODAY).specs[0]["id"] == "crisis_suicide"


# --- said in other words


@pytest.mark.parametrize(
    ("text", "foreign"),
    [("ふたりとも ベトナムじんです", "yes"), ("二人とも ベトナム人です", "yes"), ("日本人です", "no")],
)
def test_a_nationality_answers_whether_it_is_foreign(
    go: Callable[..., Step], scene: Scene, text: str, foreign: str
) -> None:
    step = go(applying.begin({"tie": [LIVE]}, scene), text, ("faq/eligibility_nationality", 1.0))
    assert step.state["facts"]["foreign"] == foreign


@pytest.mark.parametrize("text", ["チェックは飛ばして申請の準備だけしたい", "skip the check and start preparing"])
def test_the_check_may_be_skipped(knowledge: Any, understood: Callable[..., Any], text: str) -> None:
    turn = Responder(knowledge).respond(understood(text, ("check_eligibility", 0.85)), Memory(), TODAY)
    assert turn.draft and turn.draft["asked"] == "tie" and not turn.check
