# ruff: noqa: F811  (fixtures are imported, then named by the tests that use them)
"""A confirmation that is delivered again through the chat: after a crash, a day later, with other content (R11, R12)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from test_application_in_chat import BEGIN, numbers, own, text_of  # noqa: F401

from bot import clock
from bot.applications.service import Applications
from bot.applications.views import Caller

pytestmark = pytest.mark.model


@pytest.fixture
def forget(conversations: Any, run: Callable[[Any], Any]) -> Callable[[], None]:
    """The process goes down and comes up: conversations were in its memory."""

    def crash() -> None:
        async def gone() -> None:
            store = conversations.agent.tracker_store
            for key in list(await store.keys()):
                await store.delete(key)

        run(gone())

    return crash


def prepared(talk: Callable[..., Any], lang: str | None = None) -> None:
    for message in (*BEGIN, "要らない"):
        turn = talk(message, lang=lang)
    assert turn.messages[0]["answer"]["kind"] == "confirm"


@pytest.mark.parametrize("lang", [None, "ja-easy"])
@pytest.mark.parametrize("hours", [0, 24])
def test_the_message_that_confirmed_it_finds_it_after_a_crash(
    talk: Callable[..., Any],
    own: Applications,
    forget: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
    hours: int,
    lang: str | None,
) -> None:
    prepared(talk, lang)
    first = talk("はい", message_id="message-1", lang=lang)
    forget()
    later = clock.now() + timedelta(hours=hours)
    monkeypatch.setattr(clock, "now", lambda: later)
    again = talk("はい", message_id="message-1")
    assert text_of(again) == text_of(first) and "TP-" in text_of(first)
    assert again.messages[0]["buttons"] == first.messages[0]["buttons"]
    assert len(own.listed()) == 1
    assert "印を付けました" in text_of(talk("住民票を用意できた", lang="ja"))  # and it is open to who found it


def test_a_yes_to_nothing_is_asked_what_it_means(talk: Callable[..., Any], own: Applications) -> None:
    turn = talk("はい", message_id="message-of-nothing")
    assert turn.messages[0]["answer"]["id"] == "phrase_yes_what"
    assert turn.messages[0]["answer"]["related"]
    assert own.listed() == []


def test_a_yes_with_the_name_of_another_message_is_not_given_the_pin(
    talk: Callable[..., Any], own: Applications, forget: Callable[[], None]
) -> None:
    prepared(talk)
    receipt, pin = numbers(talk("はい", message_id="message-1"))
    forget()
    for text, name in (("はい", "message-2"), ("うん", "message-1"), ("yes", "message-1")):
        said = text_of(talk(text, message_id=name))
        assert receipt not in said and pin not in said
        forget()
    assert len(own.listed()) == 1


def test_a_message_of_one_conversation_means_nothing_in_another(
    conversations: Any, run: Callable[[Any], Any], own: Applications
) -> None:
    async def both() -> tuple[Any, Any]:
        for message in (*BEGIN, "要らない"):
            await conversations.say("again-mine", message)
        mine = await conversations.say("again-mine", "はい", message_id="message-1")
        return mine, await conversations.say("again-another", "はい", message_id="message-1")

    mine, other = run(both())
    assert "TP-" in text_of(mine) and "TP-" not in text_of(other)


def test_a_repeated_yes_confirms_no_second_summary(talk: Callable[..., Any], own: Applications) -> None:
    prepared(talk)
    receipt, _ = numbers(talk("はい", message_id="message-1"))
    talk("費用はいくらですか？")
    prepared(talk)
    assert receipt in text_of(talk("はい", message_id="message-1"))
    assert len(own.listed()) == 1


def test_a_crash_that_keeps_the_store_closed_says_so_and_gives_it_afterwards(
    talk: Callable[..., Any], own: Applications, forget: Callable[[], None]
) -> None:
    from tests.integration.applications.test_faults import locked

    prepared(talk)
    first = text_of(talk("はい", message_id="message-1"))
    forget()
    with locked(own):
        assert "TP-" not in text_of(talk("はい", message_id="message-1"))
    forget()
    assert text_of(talk("はい", message_id="message-1")) == first


FORGOTTEN = {
    "ja": ("もう一度", "安全のため消しました", "届出の準備を始める"),
    "en": ("Try again", "for your safety your answers are forgotten", "Start preparing"),
    "ja-easy": ("もう一度", "聞（き）いたことは 消（け）しました", "準備（じゅんび）を 始（はじ）める"),
}


@pytest.mark.parametrize("lang", FORGOTTEN)
def test_a_try_after_half_an_hour_of_closed_doors_is_told_that_the_answers_are_forgotten(
    talk: Callable[..., Any], own: Applications, monkeypatch: pytest.MonkeyPatch, lang: str
) -> None:
    from tests.integration.applications.test_faults import locked

    again, words, button = FORGOTTEN[lang]
    prepared(talk, lang)
    with locked(own):
        assert talk("はい", lang=lang).messages[0]["answer"]["id"] == "task_later_start"
    later = clock.now() + timedelta(minutes=31)
    monkeypatch.setattr(clock, "now", lambda: later)
    for _ in range(2):
        turn = talk(again, lang=lang)
        assert words in text_of(turn) and "残" not in text_of(turn)
        (offered,) = turn.messages[0]["buttons"]
        assert offered["title"] == button
    assert own.listed() == []
    assert talk(offered["payload"], lang=lang).messages[0]["answer"]["id"].startswith("task_")


def test_a_late_yes_is_told_so_too_unless_it_has_come_through_unheard(
    talk: Callable[..., Any], own: Applications, monkeypatch: pytest.MonkeyPatch
) -> None:
    from actions import errands
    from bot.desk.errand import Outcome, Visit, try_later

    prepared(talk)

    def unheard(errand: Any, visit: Visit) -> Outcome:
        errand(visit)
        return try_later(visit)

    with monkeypatch.context() as patched:
        patched.setattr(errands, "carried_out", unheard)
        assert "残っています" in text_of(talk("はい", message_id="message-1"))
    later = clock.now() + timedelta(minutes=31)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert "安全のため消しました" in text_of(talk("はい", message_id="message-2"))
    assert "安全のため消しました" in text_of(talk("もう一度", message_id="message-3"))
    receipt, pin = numbers(talk("はい", message_id="message-1"))
    assert len(own.listed()) == 1 and own.look_up(receipt, pin, Caller("elsewhere"))


def test_a_change_that_was_forgotten_is_not_said_to_wait(
    talk: Callable[..., Any], own: Applications, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.integration.applications.test_faults import locked

    prepared(talk)
    talk("はい")
    for message in ("通称名を載せたい", "はい"):
        turn = talk(message)
    with locked(own):
        said = talk("はい")
    assert said.messages[0]["answer"]["id"] == "task_later_change", (text_of(turn), text_of(said))
    later = clock.now() + timedelta(minutes=31)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert talk("もう一度").messages[0]["answer"]["id"] == "task_change_forgotten"


def test_a_yes_to_the_first_summary_delivered_again_does_not_lose_the_correction(
    talk: Callable[..., Any], own: Applications, monkeypatch: pytest.MonkeyPatch
) -> None:
    from actions import errands
    from bot.desk.errand import Outcome, Visit, try_later

    prepared(talk)

    def unheard(errand: Any, visit: Visit) -> Outcome:
        errand(visit)
        return try_later(visit)

    with monkeypatch.context() as patched:
        patched.setattr(errands, "carried_out", unheard)
        talk("はい", message_id="message-1")
    assert talk("やっぱり来年の5月に届け出ます").messages[0]["answer"]["kind"] == "confirm"
    again = talk("はい", message_id="message-1")
    assert again.messages[0]["answer"]["kind"] == "confirm" and "5月" in text_of(again)
    receipt, pin = numbers(talk("はい", message_id="message-2"))
    (kept,) = own.listed()
    assert kept.planned_month is not None and kept.planned_month.endswith("-05")
    assert receipt in text_of(talk("はい", message_id="message-1"))  # and afterwards it finds what it has started
    assert own.look_up(receipt, pin, Caller("elsewhere"))
