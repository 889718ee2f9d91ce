"""A new PIN in the chat: the old one opens until the new one is noted there, or used anywhere."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from bot import clock
from bot.applications.errors import ApplicationNotFound
from bot.applications.model import Wishes
from bot.applications.service import Applications
from bot.applications.views import Caller
from tests.integration.test_application_in_chat import numbers, own, summary, text_of  # noqa: F401  (fixtures)

pytestmark = pytest.mark.model


def opens(applications: Applications, receipt: str, pin: str) -> bool:
    try:
        return bool(applications.look_up(receipt, pin, Caller()))
    except ApplicationNotFound:
        return False


@pytest.mark.parametrize(
    "noted", ["新しい番号を書き留めました", "新しい番号を控えました", "I have noted the new number"]
)
def test_noted_in_the_chat_the_old_pin_stops_at_once(
    summary: Callable[..., Any],  # noqa: F811
    own: Applications,  # noqa: F811
    noted: str,
) -> None:
    receipt, pin = numbers(summary("はい"))
    summary("暗証番号をなくした")
    turn = summary("はい")
    fresh = re.search(r"：(\d{6})", text_of(turn))
    assert fresh and "前の番号は、新しい番号を初めて使ったとき" in text_of(turn)
    assert "書き留めました" in [b["title"] for b in turn.messages[0]["buttons"]]
    assert opens(own, receipt, pin)
    assert summary(noted).messages[0]["answer"]["id"] == "task_pin_noted"
    assert not opens(own, receipt, pin)
    assert opens(own, receipt, fresh[1])


def test_said_before_there_is_a_new_one_it_changes_nothing(
    summary: Callable[..., Any],  # noqa: F811
    own: Applications,  # noqa: F811
) -> None:
    receipt, pin = numbers(summary("はい"))
    summary("新しい番号を書き留めました")
    assert opens(own, receipt, pin)


WORDS = {
    "ja": ("暗証番号を変えたい", "新しい番号を書き留めました"),
    "en": ("I want to change the PIN", "I have noted the new number"),
}


def fresh_in(turn: Any) -> str:
    found = re.search(r"[:：] ?(\d{6})", text_of(turn))
    assert found, text_of(turn)
    return found[1]


@pytest.mark.parametrize("lang", WORDS)
def test_after_a_slip_the_new_pin_is_noted_and_the_record_open(
    summary: Callable[..., Any],  # noqa: F811
    own: Applications,  # noqa: F811
    lang: str,
) -> None:
    receipt, pin = numbers(summary("はい"))
    change, noted = WORDS[lang]
    summary(change, lang=lang)
    summary(f"{(int(pin) + 1) % 1000000:06}", lang=lang)
    fresh = fresh_in(summary(pin, lang=lang))
    assert summary(noted, lang=lang).messages[0]["answer"]["id"] == "task_pin_noted"
    assert not opens(own, receipt, pin) and opens(own, receipt, fresh)
    assert "住民票" in text_of(summary("住民票を用意できた", lang="ja"))


def test_in_a_linked_chat_half_an_hour_later_too(
    summary: Callable[..., Any],  # noqa: F811
    own: Applications,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    receipt, pin = numbers(summary("はい"))
    summary("この会話とつなぐ")
    summary("はい")
    later = clock.now() + timedelta(minutes=31)
    monkeypatch.setattr(clock, "now", lambda: later)
    own.now = lambda: later
    summary("暗証番号を変える")
    summary(receipt)
    summary(f"{(int(pin) + 1) % 1000000:06}")
    fresh = fresh_in(summary(pin))
    assert summary("新しい番号を書き留めました").messages[0]["answer"]["id"] == "task_pin_noted"
    assert not opens(own, receipt, pin) and opens(own, receipt, fresh)


def test_receipt_and_old_pin_alone_open_the_record_with_the_new_pin(
    summary: Callable[..., Any],  # noqa: F811
    own: Applications,  # noqa: F811
) -> None:
    receipt, pin = numbers(summary("はい"))
    summary("データを消して")
    summary("会話だけ消して")
    for message in ("どうなった？", "暗証番号を変えたい", receipt):
        summary(message)
    fresh_in(summary(pin))
    assert summary("新しい番号を書き留めました").messages[0]["answer"]["id"] == "task_pin_noted"
    assert not opens(own, receipt, pin)


@pytest.mark.parametrize("noted", ["書き留めました", "かきとめました", "控えました", "I wrote it down"])
def test_noted_without_naming_it_is_heard_while_a_new_pin_waits(
    summary: Callable[..., Any],  # noqa: F811
    own: Applications,  # noqa: F811
    noted: str,
) -> None:
    receipt, pin = numbers(summary("はい"))
    assert not {"task_pin_noted", "task_no_new_pin"} & {m["answer"]["id"] for m in summary(noted).messages}
    summary("暗証番号を変えたい")
    fresh_in(summary(pin))
    assert summary(noted).messages[0]["answer"]["id"] == "task_pin_noted"
    assert not opens(own, receipt, pin)


def test_noted_with_no_new_pin_is_not_said_to_change_anything(
    summary: Callable[..., Any],  # noqa: F811
    own: Applications,  # noqa: F811
) -> None:
    receipt, pin = numbers(summary("はい"))
    said = summary("新しい番号を書き留めました")
    assert said.messages[0]["answer"]["id"] == "task_no_new_pin" and "そのまま使えます" in text_of(said)
    assert opens(own, receipt, pin)


def test_a_change_put_aside_is_not_made_to_another_record(
    summary: Callable[..., Any],  # noqa: F811
    own: Applications,  # noqa: F811
) -> None:
    numbers(summary("はい"))
    other = own.start(Wishes(), None, "another key", clock.today())
    for message in ("希望を変える", "通称名を直す", "受付番号から入れ直す"):
        summary(message)
    summary("暗証番号を変えたい")
    summary("受付番号から入れ直す")
    summary(other.receipt)
    said = summary(other.pin)
    fresh_in(said)
    assert len(said.messages) == 1, text_of(said)
