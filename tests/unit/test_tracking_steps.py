"""Looking up and changing an application, step by step: no value in clear, nobody pressed, LINE asked for nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from understood import TODAY

from bot.dialogue import tracking
from bot.dialogue.drafts import Scene, Step
from tests.drills.installation import NOW

STATUS = ("check_application_status", 0.9)
RECEIPT, PIN = {"receipt": "sealed receipt"}, {"pin": "sealed pin"}
OPEN = {
    "grant": "granted",
    "documents": ["doc-single", "doc-residence"],
    "missing": ["doc-single", "doc-residence"],
    "wishes": {"language": "ja", "circumstances": [], "planned_on": None},
    "linked": False,
    "receipt": "sealed receipt",
}
WEB = Scene(TODAY, NOW, "ja")
LINE = replace(WEB, on_line=True)


@pytest.fixture
def go(understood: Callable[..., Any]) -> Callable[..., Step]:
    """Takes one message into a state."""

    def step(state: dict[str, Any], text: str, *ranking: tuple[str, float], scene: Scene = WEB, **changes: Any) -> Step:
        return tracking.step(state, understood(text, *ranking, **changes), scene)

    return step


@pytest.fixture
def begin(understood: Callable[..., Any]) -> Callable[..., Step]:
    """Asks how things stand."""

    def step(
        text: str = "どうなった？", scene: Scene = WEB, state: dict[str, Any] | None = None, **changes: Any
    ) -> Step:
        return tracking.begin(state or {}, understood(text, STATUS, **changes), scene)

    return step


def about(step: Step) -> str:
    return step.specs[-1].get("about") or step.specs[-1]["note"]


def test_receipt_and_pin_in_one_message_are_looked_up(begin: Callable[..., Step]) -> None:
    step = begin("TP-●●●●-●●●●-●●●● ●●●●●●", sealed=RECEIPT | PIN)
    assert step.task == {"do": "look_up"}
    assert (step.state["receipt"], step.state["pin"]) == ("sealed receipt", "sealed pin")


def test_one_after_the_other(begin: Callable[..., Step], go: Callable[..., Step]) -> None:
    first = begin("TP-●●●●-●●●●-●●●●", sealed=RECEIPT)
    assert about(first) == "pin"
    assert go(first.state, "●●●●●●", sealed=PIN).task == {"do": "look_up"}


def test_the_pin_first(begin: Callable[..., Step], go: Callable[..., Step]) -> None:
    first = begin("●●●●●●", sealed=PIN)
    assert about(first) == "receipt" and first.specs[-1]["leads"] == ["receipt_first"]
    assert go(first.state, "TP-●●●●", sealed=RECEIPT).task["do"] == "look_up"


def test_without_either_the_link_of_the_chat_is_tried(begin: Callable[..., Step]) -> None:
    assert begin().task == {"do": "status"}
    assert begin(state=OPEN).task == {"do": "view"}


def test_on_line_nobody_is_asked_for_a_pin(begin: Callable[..., Step]) -> None:
    """reliability.md R48."""
    for sealed in ({}, RECEIPT, PIN):
        step = begin("TP-●●●●", scene=LINE, sealed=sealed)
        assert step.task == {"do": "status"} and step.specs == []
        assert not step.state.get("pin")


@pytest.mark.parametrize(
    "text",
    [
        "暗証番号を忘れました",
        "暗証番号が分からない",
        "PINをなくした",
        "I lost the PIN",
        "I forgot my pin",
        "暗証番号（あんしょうばんごう）を わすれました",
    ],
)
def test_a_lost_pin_is_explained(go: Callable[..., Step], text: str) -> None:
    step = go({"asked": "pin", "receipt": "sealed"}, text)
    assert about(step) == "pin_lost" and step.state["asked"] is None


def test_a_question_interrupts(go: Callable[..., Step]) -> None:
    step = go({"asked": "pin"}, "費用はいくらですか？", ("faq/application_fee", 0.9))
    assert step.interrupted and step.state["asked"] == "pin"


def test_after_three_misses_nobody_is_pressed(go: Callable[..., Step]) -> None:
    state: dict[str, Any] = {"asked": "receipt"}
    for expected in ("receipt", "receipt", "stopped"):
        step = go(state, "ふむふむ")
        assert about(step) == expected
        state = step.state
    assert state["asked"] is None


def test_a_closed_door_is_tried_again(go: Callable[..., Step]) -> None:
    state = {"asked": None, "receipt": "a", "pin": "b", "retry": {"do": "look_up"}}
    for text in ("もう一度", "はい", "try again"):
        assert go(state, text).task == {"do": "look_up"}


COMMANDS = {
    "住民票を用意できた": {"do": "tick", "marks": [["doc-residence", True]]},
    "戸籍抄本を取りました": {"do": "tick", "marks": [["doc-single", True]]},
    "I have the residence record": {"do": "tick", "marks": [["doc-residence", True]]},
    "住民票はまだでした": {"do": "tick", "marks": [["doc-residence", False]]},
    "この会話とつなぐのをやめる": {"do": "unlink"},
    "Unlink this chat": {"do": "unlink"},
    "足りない書類は": {"do": "view"},
}
QUESTIONS = {
    "東京都に届け出ました": "filed",
    "We have filed with Tokyo": "filed",
    "とどけでました": "filed",
    "書類を用意できた": "tick",
    "準備を取り下げる": "withdraw",
    "Withdraw the preparation": "withdraw",
    "この会話とつなぐ": "link",
    "Link this chat": "link",
    "お知らせ先を変える": "contact",
    "Change the contact for notices": "contact",
    "暗証番号を変える": "old_pin",
    "Change the PIN": "old_pin",
}


@pytest.mark.parametrize(("text", "task"), COMMANDS.items(), ids=COMMANDS)
def test_what_can_be_done_at_once(go: Callable[..., Step], text: str, task: dict[str, Any]) -> None:
    assert go(OPEN, text).task == task


@pytest.mark.parametrize(("text", "asked"), QUESTIONS.items(), ids=QUESTIONS)
def test_what_is_asked_first(go: Callable[..., Step], text: str, asked: str) -> None:
    step = go(OPEN, text)
    assert step.task is None and about(step) == asked


@pytest.mark.parametrize("text", [t for t in [*COMMANDS, *QUESTIONS] if "暗証番号" not in t and "PIN" not in t])
def test_without_an_open_record_these_are_ordinary_messages(go: Callable[..., Step], text: str) -> None:
    step = go({"asked": None}, text)
    assert not (step.specs or step.task)


@pytest.mark.parametrize("asked", ["withdraw", "link", "filed"])
def test_a_yes_does_it_and_a_no_leaves_it(go: Callable[..., Step], asked: str) -> None:
    assert go({**OPEN, "asked": asked}, "はい").task == {"do": asked}
    refused = go({**OPEN, "asked": asked}, "いいえ")
    assert refused.task is None and about(refused) == "stopped"


@pytest.mark.parametrize(
    "text",
    [
        "昨日、区役所に戸籍の請求を出しました",
        "友だちカップルはもう都に届け出ました",
        "来月届け出するつもりです",
        "届出したいです",
        "届け出たら教えます",
        "まだ届け出していません",
        "our friends have filed already",
        "I filed a request at the city hall",
        "we will have filed by next month",
    ],
)
def test_what_is_said_of_other_filings_is_none_of_theirs(go: Callable[..., Step], text: str) -> None:
    step = go(OPEN, text)
    assert step.task is None and step.state.get("asked") != "filed"


def test_questions_about_these_things_are_answered_not_obeyed(go: Callable[..., Step]) -> None:
    step = go(OPEN, "取り下げるにはどうすればいいですか？", ("faq/changes_withdraw", 0.9))
    assert not (step.specs or step.task)


def test_a_contact_is_changed(go: Callable[..., Step]) -> None:
    step = go({**OPEN, "asked": "mail"}, "＊＊＊＊", sealed={"mail": "sealed"})
    assert step.task == {"do": "contact", "contact": {"kind": "email", "sealed": "sealed"}}
    assert step.took_contact
    none = go({**OPEN, "asked": "mail"}, "お知らせは要らない")
    assert none.task == {"do": "contact", "contact": {"kind": "none"}}


def test_on_line_an_address_is_left_to_the_page(go: Callable[..., Step]) -> None:
    assert about(go(OPEN, "お知らせ先を変える", scene=LINE)) == "contact_on_page"


def test_a_new_pin_needs_the_old_one(go: Callable[..., Step]) -> None:
    asking = go(OPEN, "暗証番号を変える")
    step = go(asking.state, "●●●●●●", sealed=PIN)
    assert step.task == {"do": "new_pin"} and step.state["key"]
    nothing_open = go({}, "暗証番号を変えたい")
    assert about(nothing_open) == "receipt"


def test_changing_wishes_opens_a_draft(go: Callable[..., Step]) -> None:
    step = go(OPEN, "希望を変える")
    assert step.state["mode"] == "change" and about(step) == "which"


# --- another wish in place of an answer


@pytest.mark.parametrize(
    ("asked", "text", "expected"),
    [
        ("link", "取り下げたい", "withdraw"),
        ("link", "やっぱり準備をやめたい", "withdraw"),
        ("withdraw", "この会話とつなぐ", "link"),
        ("tick", "お知らせ先を変える", "contact"),
        ("mail", "I want to withdraw our application", "withdraw"),
    ],
)
def test_another_wish_replaces_the_question(go: Callable[..., Step], asked: str, text: str, expected: str) -> None:
    step = go({**OPEN, "asked": asked}, text, ("stop", 0.6))
    assert step.state["asked"] == {"contact": "mail"}.get(expected, expected)


@pytest.mark.parametrize("text", ["はい、取り下げる", "取り下げたい", "yes, withdraw it"])
def test_the_wish_said_again_is_a_yes(go: Callable[..., Step], text: str) -> None:
    assert go({**OPEN, "asked": "withdraw"}, text).task == {"do": "withdraw"}


def test_a_no_with_the_wish_in_it_is_a_no(go: Callable[..., Step]) -> None:
    assert go({**OPEN, "asked": "withdraw"}, "いいえ、取り下げません", ("deny", 0.9)).task is None


@pytest.mark.parametrize("text", ["取り下げたい", "この会話とつなぐ", "withdraw", "お知らせ先を変えたい"])
def test_what_needs_an_open_record_says_so(go: Callable[..., Step], text: str) -> None:
    for _ in range(4):  # and presses nobody out for it
        step = go({"asked": "receipt", "purpose": "look_up", "misses": 0}, text, ("stop", 0.6))
        assert step.specs[-1]["leads"] == ["open_first"] and step.state["asked"] == "receipt"


@pytest.mark.parametrize(
    "text", ["状況教えて", "進捗は？", "ステータス", "なにか進展あった？", "今の状況は？", "any news?"]
)
def test_short_words_for_how_it_stands_open_the_record(go: Callable[..., Step], text: str) -> None:
    assert go(OPEN, text, ("faq/application_status", 0.6)).task == {"do": "view"}


@pytest.mark.parametrize(
    "text",
    [
        "お知らせを止めて",
        "お知らせは要らない",
        "stop the notices",
        "remove my email",
        "delete my e-mail",
        "メールを消して",
    ],
)
@pytest.mark.parametrize("asked", [None, "mail"])
def test_notices_can_be_stopped_in_so_many_words(go: Callable[..., Step], asked: str | None, text: str) -> None:
    step = go({**OPEN, "asked": asked}, text, ("stop", 0.6))
    assert step.task == {"do": "contact", "contact": {"kind": "none"}}


@pytest.mark.parametrize(
    "text",
    ["私の受付番号なんだっけ", "受付番号をなくしました", "what was my receipt number?", "うけつけばんごうを おしえて"],
)
def test_a_receipt_that_is_lost_is_looked_for(go: Callable[..., Step], text: str) -> None:
    assert go(OPEN, text).task == {"do": "receipt"}


def test_on_line_a_pin_is_changed_on_the_page(go: Callable[..., Step]) -> None:
    """reliability.md R48."""
    assert go(OPEN, "暗証番号を変えたい", scene=LINE).task == {"do": "page"}


@pytest.mark.parametrize(
    ("text", "document"), [("じゅうみんひょうを とりました", "doc-residence"), ("こせきが そろいました", "doc-single")]
)
def test_papers_are_known_in_kana(go: Callable[..., Step], text: str, document: str) -> None:
    step = go(OPEN, text, ("faq/oos_resident_records", 0.4))
    assert step.task == {"do": "tick", "marks": [[document, True]]}


@pytest.mark.parametrize("asked", ["link", "withdraw", "mail"])
def test_news_of_a_paper_and_how_it_stands_come_before_the_question(go: Callable[..., Step], asked: str) -> None:
    step = go({**OPEN, "asked": asked}, "住民票とった", ("faq/documents_address", 0.8))
    assert step.task == {"do": "tick", "marks": [["doc-residence", True]]} and step.state["asked"] is None
    assert go({**OPEN, "asked": asked}, "どうなった？", STATUS).task == {"do": "view"}
