"""Applications through the bot that serves people: once and only once, closed doors, no secret in clear, LINE, erasure."""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bot import installation
from bot.applications.errors import ApplicationNotFound, IdempotencyConflict, StoreUnavailable
from bot.applications.model import State
from bot.applications.service import Applications
from bot.applications.views import Caller
from bot.desk import starting
from bot.privacy.passing import Passing
from tests.drills import installation as drill
from tests.integration.applications.test_faults import locked, read_only
from tests.integration.applications.test_no_traces import forms

pytestmark = pytest.mark.model

BEGIN = ("届け出の準備を始めたい", "都内に住んでいます", "いいえ", "いいえ", "いいえ", "いいえ", "まだ決めていない")
FAULTS = {"locked": locked, "read_only": read_only}


@pytest.fixture
def own(storage: Applications, tmp_path: Path) -> Iterator[Applications]:
    """A database of one's own."""
    applications = drill.installation(f"sqlite:///{tmp_path / 'tomoni.db'}")
    passing = Passing(drill.vault())
    installation.use(applications, passing, "https://tomoni.example")
    yield applications
    installation.use(storage, passing, "https://tomoni.example")
    applications.store.close()


def text_of(turn: Any) -> str:
    return "\n".join(m["text"] for m in turn.messages)


def numbers(turn: Any) -> tuple[str, str]:
    receipt = re.search(r"TP-\w{4}-\w{4}-\w{4}", text_of(turn))
    pin = re.search(r"暗証番号[^：\n]*：(\d{6})", text_of(turn))
    assert receipt and pin, text_of(turn)
    return receipt[0], pin[1]


@pytest.fixture
def summary(talk: Callable[..., Any], own: Applications) -> Callable[..., Any]:
    """A conversation that has come to its summary."""
    for message in (*BEGIN, "要らない"):
        turn = talk(message)
    assert turn.messages[0]["answer"]["kind"] == "confirm"
    return talk


# --- once


def test_a_yes_said_a_hundred_times_at_once_makes_one_application(
    conversations: Any, run: Callable[[Any], Any], own: Applications
) -> None:
    """reliability.md R12."""

    async def all_at_once() -> list[Any]:
        for message in (*BEGIN, "要らない"):
            await conversations.say("hundred", message)
        return await asyncio.gather(*(conversations.say("hundred", "はい") for _ in range(100)))

    turns = run(all_at_once())
    receipts = {re.search(r"TP-\w{4}-\w{4}-\w{4}", text_of(turn))[0] for turn in turns}  # type: ignore[index]
    assert len(receipts) == 1
    assert len(own.listed()) == 1
    assert sum("暗証番号：" in text_of(turn) for turn in turns) == 1  # shown once


def test_many_couples_at_once_get_one_application_each(
    conversations: Any, run: Callable[[Any], Any], own: Applications
) -> None:
    async def couple(n: int) -> str:
        for message in (*BEGIN, "要らない"):
            await conversations.say(f"couple-{n}", message)
        for _ in range(20):  # whoever is told to try later does
            turn = await conversations.say(f"couple-{n}", "はい")
            if "TP-" in text_of(turn):
                return numbers(turn)[0]
        raise AssertionError(text_of(turn))

    async def all_of_them() -> list[str]:
        return await asyncio.gather(*(couple(n) for n in range(12)))

    assert len(set(run(all_of_them()))) == len(own.listed()) == 12


def test_a_crash_after_the_application_was_made_gives_the_same_one(
    summary: Callable[..., Any], own: Applications, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []

    def crash(visit: Any, *_: Any) -> None:
        made.extend(own.listed())
        raise RuntimeError("the process went down here")

    with monkeypatch.context() as patched:
        patched.setattr(starting, "opened", crash)
        turn = summary("はい")
    assert "TP-" not in text_of(turn) and turn.messages[0]["answer"]["kind"] == "fallback"
    assert len(made) == 1
    receipt, pin = numbers(summary("はい"))
    assert [a.id for a in own.listed()] == [made[0].id]
    assert own.look_up(receipt, pin, Caller("elsewhere")).application.id == made[0].id


def test_the_draft_is_gone_after_half_an_hour(
    summary: Callable[..., Any], own: Applications, monkeypatch: pytest.MonkeyPatch
) -> None:
    from datetime import timedelta

    from bot import clock

    later = clock.now() + timedelta(minutes=31)
    monkeypatch.setattr(clock, "now", lambda: later)
    turn = summary("はい")
    assert "TP-" not in text_of(turn)
    assert own.listed() == []


# --- closed doors


@pytest.mark.parametrize("name", FAULTS)
def test_a_start_that_meets_a_closed_door_is_completed_to_exactly_one(
    summary: Callable[..., Any], own: Applications, name: str
) -> None:
    """reliability.md R8, R9."""
    with FAULTS[name](own):
        for word in ("はい", "もう一度"):
            started = time.monotonic()
            turn = summary(word)
            assert time.monotonic() - started <= 3.5
            assert turn.messages[0]["answer"]["kind"] == "fallback"
            assert "残っています" in text_of(turn)
        assert summary("費用はいくらですか？").messages[0]["answer"]["id"] == "application_fee"
    receipt, pin = numbers(summary("もう一度"))
    assert len(own.listed()) == 1
    assert own.look_up(receipt, pin, Caller("elsewhere"))


@pytest.mark.parametrize("arrives", ["before the second yes", "after it"])
def test_a_start_that_came_through_unheard_and_was_corrected_is_one_application(
    summary: Callable[..., Any], own: Applications, monkeypatch: pytest.MonkeyPatch, arrives: str
) -> None:
    real, unheard = own.start, []

    def starts_too_late(*given: Any) -> Any:
        if not unheard:
            unheard.append(given)
            if arrives == "before the second yes":
                real(*given)
            raise StoreUnavailable("no answer in time")
        return real(*given)

    monkeypatch.setattr(own, "start", starts_too_late)
    assert summary("はい").messages[0]["answer"]["kind"] == "fallback"
    assert summary("やっぱり来年の5月に届け出ます").messages[0]["answer"]["kind"] == "confirm"
    receipt, pin = numbers(summary("はい"))
    if arrives == "after it":
        with pytest.raises(IdempotencyConflict):
            real(*unheard[0])
    (kept,) = own.listed()
    assert kept.planned_month is not None and kept.planned_month.endswith("-05")
    assert own.look_up(receipt, pin, Caller("elsewhere")).application.id == kept.id


def test_storage_that_cannot_be_opened_breaks_no_ordinary_answer(
    talk: Callable[..., Any], storage: Applications, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "var").write_text("a file where the folder should be")
    from bot import settings

    broken = settings.read({"TOMONI_DATABASE_URL": f"sqlite:///{tmp_path}/var/tomoni.db"}, tmp_path / "keys")
    monkeypatch.setattr(installation, "_settings", lambda: broken)
    installation.use(None, Passing(drill.vault()), "https://tomoni.example")
    try:
        assert talk("費用はいくらですか").messages[0]["answer"]["id"] == "application_fee"
        started = time.monotonic()
        turn = talk("どうなった？")
        assert time.monotonic() - started <= 3
        assert turn.messages[0]["answer"]["kind"] == "fallback" and "失われたものもありません" in text_of(turn)
        assert talk("証明書は何日で出ますか").messages[0]["answer"]["topic"] == "application"
    finally:
        installation.use(storage, Passing(drill.vault()), "https://tomoni.example")
    assert talk("もう一度").messages[0]["answer"]["kind"] in ("ask", "answer", "offer")


def test_every_step_after_a_look_up_meets_a_closed_door_and_works_afterwards(
    summary: Callable[..., Any], own: Applications
) -> None:
    receipt, pin = numbers(summary("はい"))
    steps = {
        f"{receipt} {pin}": "準備中",
        "住民票を用意できた": "印を付けました",
        "はい": "届け出たことを記録しました",
    }
    for message, done in steps.items():
        if message == "はい":
            summary("東京都に届け出ました")
        with locked(own):
            started = time.monotonic()
            turn = summary(message)
            assert time.monotonic() - started <= 3.5
            assert turn.messages[0]["answer"]["kind"] == "fallback", text_of(turn)
        assert done in text_of(summary("もう一度"))
    view = own.look_up(receipt, pin, Caller("elsewhere"))
    assert (view.application.state, view.ready, view.failed_tries) == (State.SUBMITTED, {"doc-residence"}, 0)


# --- looking up


def test_unknown_wrong_and_locked_are_answered_alike(
    talk: Callable[..., Any], own: Applications, summary: Callable[..., Any]
) -> None:
    """reliability.md R22."""
    receipt, pin = numbers(summary("はい"))
    wrong = f"{(int(pin) + 1) % 10**6:06d}"
    summary("データを消して")
    summary("会話だけ消して")
    said = [text_of(summary(f"{receipt} {wrong}")) for _ in range(6)]  # locked after five
    said.append(text_of(summary(f"{receipt} {pin}")))
    said.append(text_of(summary("TP-0000-1111-2222 123456")))
    assert len(set(said)) == 1 and "確かめられませんでした" in said[0]


def test_after_a_slip_in_the_pin_the_pin_alone_is_asked_again(
    talk: Callable[..., Any], own: Applications, summary: Callable[..., Any]
) -> None:
    receipt, pin = numbers(summary("はい"))
    wrong = f"{(int(pin) + 1) % 10**6:06d}"
    summary("データを消して")
    summary("会話だけ消して")
    refused = []
    for number in (receipt, "TP-0000-1111-2222"):
        summary(number)
        turn = summary(wrong)
        refused.append((text_of(turn), [b["title"] for b in turn.messages[0]["buttons"]]))
    assert refused[0] == refused[1]  # reliability.md R22
    assert "受付番号から入れ直す" in refused[0][1]
    summary("受付番号から入れ直す")
    summary(receipt)
    summary(wrong)
    assert "届出の準備中です" in text_of(summary(pin))


def test_who_fails_too_often_is_told_how_long_to_wait(talk: Callable[..., Any], own: Applications) -> None:
    for _ in range(20):
        talk("TP-0000-1111-2222 123456")
    turn = talk("TP-0000-1111-2222 123456")
    assert re.search(r"あと\d+分", text_of(turn)) and turn.messages[0]["answer"]["kind"] == "refuse"


def test_the_receipt_is_still_an_entity_with_its_true_value(talk: Callable[..., Any]) -> None:
    turn = talk("ＴＰ－７Ｋ２Ｍ－９ＱＸＣ－４Ｈ８Ｒ はどうなりましたか")
    assert turn.entities == [
        {
            "type": "receipt_no",
            "text": "ＴＰ－７Ｋ２Ｍ－９ＱＸＣ－４Ｈ８Ｒ",
            "start": 0,
            "end": 17,
            "value": "TP-7K2M-9QXC-4H8R",
        }
    ]
    assert turn.intent == "check_application_status"


# --- erasure


def test_erasing_takes_the_open_application_too(
    summary: Callable[..., Any], own: Applications, conversations: Any
) -> None:
    """reliability.md R31."""
    receipt, pin = numbers(summary("はい"))
    assert "東京都に出した届出は消えません" in text_of(summary("データを消して"))
    assert "受付番号は使えなくなりました" in text_of(summary("はい"))
    assert own.listed() == []
    with pytest.raises(ApplicationNotFound):
        own.look_up(receipt, pin, Caller("elsewhere"))


def test_erasing_only_the_conversation_leaves_the_application(summary: Callable[..., Any], own: Applications) -> None:
    receipt, pin = numbers(summary("はい"))
    summary("データを消して")
    assert "消えていません" in text_of(summary("会話だけ消して"))
    assert own.look_up(receipt, pin, Caller("elsewhere"))


def test_erasing_behind_a_closed_door_erases_nothing_by_halves(summary: Callable[..., Any], own: Applications) -> None:
    summary("はい")
    summary("データを消して")
    with locked(own):
        assert "まだ何も消していません" in text_of(summary("はい"))
    assert len(own.listed()) == 1
    assert "使えなくなりました" in text_of(summary("はい"))
    assert own.listed() == []


# --- no secret in clear


async def _held(conversations: Any) -> str:
    store = conversations.agent.tracker_store
    trackers = [await store.retrieve(key) for key in await store.keys()]
    return "".join(str([e.as_dict() for e in t.events]) + str(t.current_slot_values()) for t in trackers if t)


def test_no_receipt_pin_or_contact_reaches_tracker_slot_or_log(
    talk: Callable[..., Any],
    own: Applications,
    conversations: Any,
    run: Callable[[Any], Any],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """reliability.md R29, at DEBUG."""
    import structlog

    before = structlog.get_config()
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG),
        logger_factory=structlog.stdlib.LoggerFactory(),
    )
    names = ("rasa", "rasa_sdk", "bot", "actions", "sqlalchemy.engine")
    for name in names:
        logging.getLogger(name).setLevel(logging.DEBUG)
        logging.getLogger(name).disabled = False
    caplog.set_level(logging.DEBUG)
    secrets = {"canary.first@example.org", "canary.second@example.org"}
    held = ""
    try:
        for message in (*BEGIN, "canary.first@example.org", "はい"):
            turn = talk(message)
        receipt, pin = numbers(turn)
        steps = [
            "はい",
            "もう一度言って",
            f"{receipt}",
            f"{pin}",
            "データを消して",
            "いいえ",
            f"受付番号{receipt} 暗証番号{pin}",
        ]
        steps += ["お知らせ先を変える", "canary.second@example.org", "暗証番号を変える", f"{pin}"]
        for message in steps:
            turn = talk(message)
            held += run(_held(conversations))
        fresh = re.search(r"新しい暗証番号です：(\d{6})", text_of(turn))
        assert fresh
        secrets |= {receipt, pin, fresh[1]}
        held += run(_held(conversations))
    finally:
        structlog.configure(**before)
        for name in names:
            logging.getLogger(name).setLevel(logging.WARNING if name != "sqlalchemy.engine" else logging.NOTSET)
    logged = caplog.text
    assert len(held) > 50_000 and len(logged) > 10_000
    for secret in secrets:
        for form in forms(secret):
            assert form not in held.encode("utf-8", "backslashreplace"), secret
            assert form not in logged.encode("utf-8", "backslashreplace"), secret
