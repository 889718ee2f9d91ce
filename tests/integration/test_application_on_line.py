# ruff: noqa: F811  (fixtures are imported, then named by the tests that use them)
"""Applications on LINE: nobody is asked for a receipt or PIN there, and none is said (R48)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from test_application_in_chat import BEGIN, own, text_of  # noqa: F401

from bot import clock
from bot.applications import grants, retention
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


@pytest.fixture
def later(own: Applications, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Lets time pass for conversations and applications."""

    def passes(**by: float) -> None:
        then = clock.now() + timedelta(**by)
        monkeypatch.setattr(clock, "now", lambda: then)
        own.now = lambda: then

    return passes


AGAIN = ["さっきのリンクが開けません", "the link has expired", "受付番号をもう一度見たい", "リンクをもう一度", "リンク切れてます", "I can't open the link", "リンクの期限が切れてしまいました"]  # fmt: skip


@pytest.mark.parametrize("said", AGAIN)
@pytest.mark.parametrize("minutes", [11, 45, 47 * 60])
def test_a_link_that_was_not_opened_in_time_is_given_anew(
    started: str, line: Callable[[str], Any], own: Applications, later: Callable[..., None], minutes: int, said: str
) -> None:
    later(minutes=minutes)
    token = token_in(text_of(line(said)))
    assert token != token_in(started) and link_kind(token) is LinkKind.SHOWS_NUMBERS
    _, numbers = own.redeem_with_numbers(token, PAGE)
    assert numbers and own.look_up(numbers.receipt, numbers.pin, PAGE)


def test_it_is_given_after_other_talk_and_an_invitation_too(
    started: str, line: Callable[[str], Any], own: Applications, later: Callable[..., None]
) -> None:
    later(minutes=40)
    line("費用はいくらですか？")
    assert link_kind(token_in(text_of(line("どうなった？")))) is LinkKind.INVITES
    line("こんにちは")
    assert own.redeem_with_numbers(token_in(text_of(line("リンクをもう一度"))), PAGE)[1]


def test_a_pin_that_was_changed_or_is_kept_no_longer_is_not_shown_but_the_record_is(
    started: str, line: Callable[[str], Any], own: Applications, later: Callable[..., None]
) -> None:
    _, numbers = own.redeem_with_numbers(token_in(started), PAGE)
    assert numbers
    own.new_pin(numbers.receipt, numbers.pin, PAGE, "key")
    for said in ("リンクをもう一度", "受付番号をもう一度見たい"):
        text = text_of(line(said))
        assert link_kind(token_in(text)) is LinkKind.OPENS and "もう表示できません" in text
        assert own.redeem(token_in(text), PAGE)
    assert "出し直せません" in text_of(line("暗証番号をなくした"))


def test_a_pin_that_is_lost_is_shown_once_more_on_the_page(
    started: str, line: Callable[[str], Any], own: Applications, later: Callable[..., None]
) -> None:
    later(minutes=11)
    assert own.redeem_with_numbers(token_in(text_of(line("暗証番号をなくした"))), PAGE)[1]


def test_a_linked_chat_is_never_told_that_nobody_knows_the_record(
    started: str, line: Callable[[str], Any], own: Applications, later: Callable[..., None]
) -> None:
    line("この会話とつなぐ")
    line("はい")
    later(hours=49)
    said = text_of(line("受付番号をもう一度見たい"))
    assert link_kind(token_in(said)) is LinkKind.OPENS and "新しく準備" not in said


def test_two_days_later_an_unlinked_chat_has_nothing(
    started: str, line: Callable[[str], Any], own: Applications, later: Callable[..., None]
) -> None:
    later(hours=49)
    assert link_kind(token_in(text_of(line("リンクをもう一度")))) is LinkKind.INVITES
    assert "どなたの記録か分かりません" in text_of(line("受付番号をもう一度見たい"))


def test_an_invitation_that_ran_out_is_given_anew(line: Callable[[str], Any], own: Applications) -> None:
    first = token_in(text_of(line("どうなった？")))
    again = token_in(text_of(line("さっきのリンクが開けません")))
    assert again != first and link_kind(again) is LinkKind.INVITES


def test_a_link_of_somebody_elses_page_is_not_ours(line: Callable[[str], Any], own: Applications) -> None:
    assert "/a/" not in text_of(line("東京都のページのリンクが開けません"))


def test_the_chat_knows_what_it_started_as_long_as_the_numbers_are_kept() -> None:
    assert grants.STARTED_KEPT == retention.CONFIRMATIONS


def test_a_linked_chat_that_was_forgotten_for_its_age_is_given_a_link_all_the_same(
    started: str, line: Callable[[str], Any], own: Applications, conversations: Any, run: Callable[[Any], Any]
) -> None:
    line("この会話とつなぐ")
    line("はい")

    async def gone() -> None:
        store = conversations.agent.tracker_store
        for key in list(await store.keys()):
            await store.delete(key)

    run(gone())
    assert link_kind(token_in(text_of(line("さっきのリンクが開けません")))) is LinkKind.OPENS
