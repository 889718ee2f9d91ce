# ruff: noqa: F811  (fixtures are imported, then named by the tests that use them)
"""Applications on LINE: nobody is asked for a receipt or PIN there, and none is said (R48)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from test_application_in_chat import BEGIN, own, text_of  # noqa: F401

from bot.applications.linking import LinkKind, link_kind
from bot.applications.model import State
from bot.applications.service import Applications
from bot.applications.views import Caller
from bot.desk import starting
from tests.drills import installation as drill

pytestmark = pytest.mark.model
PAGE = Caller("line-page")


def token_in(said: str) -> str:
    found = re.search(r"https://tomoni\.example/a/([\w-]{40,})", said)
    assert found, said
    return found[1]


@pytest.fixture
def line(talk: Callable[..., Any]) -> Callable[[str], Any]:
    """One conversation on LINE."""
    return lambda text: talk(text, channel="line")


@pytest.fixture
def started(line: Callable[[str], Any], own: Applications) -> str:
    """What is said when an application was started on LINE."""
    for message in BEGIN:
        turn = line(message)
    assert turn.messages[0]["answer"]["kind"] == "confirm", text_of(turn)
    return text_of(line("はい"))


def test_on_line_the_page_is_offered_and_no_pin_asked_for(talk: Callable[..., Any], own: Applications) -> None:
    """reliability.md R48."""
    for message in ("どうなった？", "TP-7K2M-9QXC-4H8R の状況は？"):
        said = text_of(talk(message, channel="line"))
        token = token_in(said)
        assert link_kind(token) is LinkKind.INVITES and "送ってください" not in said
    started = own.start(starting.wished.wishes({}, "ja"), None, "key", drill.NOW.date())
    view = own.look_up(started.receipt, started.pin, PAGE)
    own.accept_invitation(token, view.grant, PAGE)
    assert "準備中" in text_of(talk("どうなった？", channel="line"))


def test_a_start_gives_a_link_to_the_numbers_and_says_neither(started: str, own: Applications) -> None:
    assert not re.search(r"TP-\w{4}|(?<!\d)\d{6}(?!\d)", started)
    token = token_in(started)
    assert link_kind(token) is LinkKind.SHOWS_NUMBERS
    view, numbers = own.redeem_with_numbers(token, PAGE)
    assert numbers and own.look_up(numbers.receipt, numbers.pin, PAGE).application.id == view.application.id


def test_a_second_yes_gives_another_link_and_no_second_application(
    started: str, line: Callable[[str], Any], own: Applications
) -> None:
    again = text_of(line("はい"))
    assert token_in(again) != token_in(started)
    assert again.startswith("準備は、もう始まっています。新しくは作っていません。") and "用意する書類" not in again
    assert not re.search(r"TP-\w{4}", again)
    assert len(own.listed()) == 1


def test_the_record_stays_open_to_the_conversation(started: str, line: Callable[[str], Any], own: Applications) -> None:
    assert "印を付けました" in text_of(line("住民票を用意できた"))
    assert "つなぎました" in text_of((line("この会話とつなぐ"), line("はい"))[1])
    assert "取り下げました" in text_of((line("準備を取り下げる"), line("はい"))[1])
    assert [a.state for a in own.listed()] == [State.WITHDRAWN]


def test_a_new_pin_is_for_the_page(started: str, line: Callable[[str], Any], own: Applications) -> None:
    said = text_of(line("暗証番号を変えたい"))
    assert link_kind(token_in(said)) is LinkKind.OPENS
    assert own.redeem(token_in(said), PAGE)


def test_a_receipt_that_is_asked_for_is_not_said(started: str, line: Callable[[str], Any]) -> None:
    assert "TP-" not in text_of(line("受付番号なんだっけ"))


@pytest.mark.parametrize("typed", ["{receipt} {pin}", "暗証番号は{pin}です", "{pin}"])
def test_what_was_typed_all_the_same_opens_nothing_and_is_answered_with_the_page(
    started: str, line: Callable[[str], Any], talk: Callable[..., Any], own: Applications, typed: str
) -> None:
    _, numbers = own.redeem_with_numbers(token_in(started), PAGE)
    assert numbers
    line("データを消して")
    line("会話だけ消して")
    line("どうなった？")
    said = text_of(line(typed.format(receipt=numbers.receipt, pin=numbers.pin)))
    assert numbers.receipt not in said and numbers.pin not in said and "準備中" not in said
    assert "/a/" in said or "/a で" in said


@pytest.mark.parametrize(
    ("lang", "opening", "answers", "already"),
    [
        ("en", "I want to start an application", "work/no/no/no/no/undecided/Yes, start/yes", "has started already; nothing new was made"),
        ("ja-easy", "申請の 準備を 始めたいです", "働いています/いいえ/いいえ/いいえ/いいえ/まだ きめていません/はい/はい", "もう 始（はじ）まっています"),
    ],
)  # fmt: skip
def test_a_second_yes_is_told_from_the_first_in_every_language(
    talk: Callable[..., Any], own: Applications, lang: str, opening: str, answers: str, already: str
) -> None:
    talk(opening, channel="line", lang=lang)
    *_, first, second = [text_of(talk(said, channel="line", lang=lang)) for said in answers.split("/")]
    assert already not in first and already in second and token_in(first) != token_in(second)
    assert len(own.listed()) == 1


def test_erasing_on_line_asks_for_nothing_that_must_not_be_sent_there(line: Callable[[str], Any]) -> None:
    line("データを消して")
    said = text_of(line("はい"))
    assert "この会話は消しました" in said and "https://tomoni.example/a" in said and "開いてから" not in said
