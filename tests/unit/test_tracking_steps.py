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


PROVED = {**OPEN, "proof": "proved"}


@pytest.mark.parametrize("asked", [None, "old_pin", "link", "receipt"])
def test_a_lost_pin_is_replaced_where_it_was_proved_after_a_yes(go: Callable[..., Step], asked: str | None) -> None:
    asking = go({**PROVED, "asked": asked}, "暗証番号をなくした")
    assert about(asking) == "lost_pin" and asking.task is None
    assert go(asking.state, "はい").task == {"do": "lost_pin"}
    refused = go(asking.state, "いいえ")
    assert refused.task is None and about(refused) == "stopped"


@pytest.mark.parametrize("state", [OPEN, {**PROVED, "grant": None}, {"proof": "proved"}])
def test_a_lost_pin_that_was_not_proved_here_stays_lost(go: Callable[..., Step], state: dict[str, Any]) -> None:
    assert about(go(state, "暗証番号をなくした")) == "pin_lost"
    assert about(go(PROVED, "暗証番号をなくした", scene=LINE)) == "pin_lost"


@pytest.mark.parametrize(
    "text", ["マイナンバーカードの暗証番号を忘れた", "I forgot my phone's PIN", "銀行の暗証番号をなくした"]
)
def test_the_pin_of_something_else_is_not_ours(go: Callable[..., Step], text: str) -> None:
    step = go(PROVED, text)
    assert step.task is None and not step.specs


@pytest.mark.parametrize("text", ["＊＊＊＊＊＊＊＊", "お知らせはここに ＊＊＊＊＊", "please use ＊＊＊＊＊＊＊"])
def test_an_address_sent_unasked_is_offered_and_kept_only_after_a_yes(go: Callable[..., Step], text: str) -> None:
    asking = go(OPEN, text, ("faq/smalltalk_greeting", 0.3), sealed={"mail": "sealed"})
    assert about(asking) == "mail_given" and asking.task is None and asking.took_contact
    yes = go(asking.state, "はい")
    assert yes.task == {"do": "contact", "contact": {"kind": "email", "sealed": "sealed"}} and not yes.state["mail"]
    no = go(asking.state, "いいえ")
    assert no.task is None and not no.state["mail"]


def test_on_line_an_address_sent_unasked_is_left_to_the_page(go: Callable[..., Step]) -> None:
    step = go(OPEN, "＊＊＊＊", scene=LINE, sealed={"mail": "sealed"})
    assert about(step) == "contact_on_page" and "mail" not in step.state


@pytest.mark.parametrize(
    ("text", "lead"),
    [("全部そろいました", "papers_first"), ("I have all the papers", "papers_first"), ("申請の状況は", "tokyo_status")],
)
def test_what_is_meant_of_the_record_is_no_misread_receipt(go: Callable[..., Step], text: str, lead: str) -> None:
    for _ in range(4):
        step = go({"asked": "receipt", "misses": 0}, text, STATUS if lead == "tokyo_status" else ("oos", 0.3))
        assert step.specs[-1]["leads"] == [lead] and step.state["asked"] == "receipt"


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


@pytest.mark.parametrize("text", ["いいえ", "まだ記録はないです", "記録がありません", "no", "we haven't started yet"])
def test_who_has_no_record_is_not_asked_for_its_number_again(go: Callable[..., Step], text: str) -> None:
    step = go({"asked": "receipt", "misses": 0}, text, ("deny", 0.9) if text in ("いいえ", "no") else ("faq/x", 0.2))
    assert about(step) == "no_record" and step.state["asked"] is None and step.specs[-1]["buttons"] == ["start"]


def test_news_of_a_paper_before_the_record_is_open(go: Callable[..., Step]) -> None:
    step = go({"asked": "receipt"}, "戸籍と住民票は取れたよ", ("faq/oos_resident_records", 0.7))
    assert step.specs[-1]["leads"] == ["open_first"] and step.state["asked"] == "receipt"


@pytest.mark.parametrize("text", ["古いのを忘れた", "なくしちゃった", "I forgot the old one", "思い出せません"])
def test_what_is_asked_for_need_not_be_named_to_be_lost(go: Callable[..., Step], text: str) -> None:
    assert about(go({**PROVED, "asked": "old_pin"}, text)) == "lost_pin"
    assert about(go({"asked": "pin", "receipt": "sealed"}, text)) == "pin_lost"
    assert go({**PROVED, "asked": None}, text).specs == []


@pytest.mark.parametrize("text", ["つなぐのをやめたい", "forget the link", "stop the link please"])
def test_a_link_is_let_go_in_many_words(go: Callable[..., Step], text: str) -> None:
    assert go({**OPEN, "linked": True}, text).task == {"do": "unlink"}


@pytest.mark.parametrize(
    "text",
    [
        "受付番号から入れ直す",
        "受付番号を なおす",
        "Enter the receipt again",
        "受付番号が間違ってた",
        "wrong receipt number",
    ],
)
def test_from_the_pin_one_can_go_back_to_the_receipt(go: Callable[..., Step], text: str) -> None:
    step = go({"asked": "pin", "receipt": "sealed receipt", "misses": 2}, text)
    assert about(step) == "receipt" and step.state["receipt"] is None and step.state["misses"] == 0


@pytest.mark.parametrize("text", ["番号を忘れた", "ばんごうを わすれました", "I forgot the number"])
def test_a_number_that_is_lost_is_the_one_that_was_asked_for(go: Callable[..., Step], text: str) -> None:
    assert go({"asked": "receipt"}, text, ("faq/oos_police_lost", 0.9)).task == {"do": "receipt"}
    assert about(go({"asked": "pin", "receipt": "sealed"}, text)) == "pin_lost"


@pytest.mark.parametrize("text", ["受付番号なんて持ってない", "受付番号はありません", "I don't have a receipt number"])
def test_who_has_no_receipt_is_not_asked_for_it_again(go: Callable[..., Step], text: str) -> None:
    assert go({"asked": "receipt"}, text, STATUS).task == {"do": "receipt"}


READ = [
    "残りは何？", "残りの書類はなんですか", "のこりは なんですか", "あと何がいる？", "あとは何が必要ですか", "書類はあと何？", "足りないものは？",
    "which papers are missing?", "any documents left?", "what do we still need?",
    "お知らせ先は何になってる？", "予定日はいつでしたっけ", "登録した内容を見せて", "show me our record", "what's our planned date?",
]  # fmt: skip


@pytest.mark.parametrize("text", READ)
@pytest.mark.parametrize("asked", [None, "tick"])
def test_what_the_record_tells_is_read_off_it(go: Callable[..., Step], text: str, asked: str | None) -> None:
    step = go({**OPEN, "asked": asked}, text, ("faq/documents_overview", 0.9))
    assert step.task == {"do": "view"} and step.state["asked"] is None
    assert go({}, text, ("faq/documents_overview", 0.9)).task is None


@pytest.mark.parametrize("text", ["受理された？", "届出は受理されましたか", "has it been accepted?"])
def test_whether_tokyo_has_accepted_is_left_to_tokyo(go: Callable[..., Step], text: str) -> None:
    assert go(OPEN, text, ("faq/smalltalk_good_news", 0.9)).task == {"do": "view", "lead": "tokyo_status"}


@pytest.mark.parametrize(
    "text",
    [
        "あと何日で届きますか",
        "残り何分？",
        "受理されたらどうなりますか",
        "独身証明書は何ですか",
        "お知らせは何語で来ますか",
    ],
)
def test_what_no_record_tells_is_a_question_like_any_other(go: Callable[..., Step], text: str) -> None:
    assert go(OPEN, text, ("faq/application_time", 0.9)).task is None


@pytest.mark.parametrize(
    "text", ["1月15日に届け出ることにした", "予定日は1月15日でお願いします", "届出日は来月にします"]
)
def test_another_date_told_plainly_is_a_change_of_plan(go: Callable[..., Step], text: str) -> None:
    step = go(OPEN, text, ("start_application", 0.9))
    assert step.state.get("mode") == "change" and step.specs[-1]["name"] == "summary"


@pytest.mark.parametrize("text", ["暗証番号を教えて", "暗証番号は何だっけ", "what's my pin", "show me my PIN"])
def test_a_pin_is_not_told_but_a_new_one_offered(go: Callable[..., Step], text: str) -> None:
    step = go({**OPEN, "proof": "proved"}, text, ("faq/certificate_number", 0.9))
    assert about(step) == "lost_pin" and step.specs[-1]["leads"] == ["pin_not_kept"]
    assert not go({**OPEN, "proof": "proved"}, "暗証番号とは何ですか", ("faq/x", 0.9)).specs
