"""Feedback over HTTP and in the database: only what was said can be counted, once, and nothing but four values is kept."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy
from rasa.core.channels.channel import UserMessage
from test_webchat import Bot, Client, chat

from bot.applications import migrate
from bot.applications.errors import StoreUnavailable
from bot.channels.feedback import CODES, Feedback
from bot.channels.feedback_rows import answer_feedback, count, counting
from bot.store import Store, connect

DAY = date(2026, 11, 22)
ANSWER = {"id": "application_fee", "lang": "ja", "kind": "answer", "version": "v1", "citations": [], "related": []}


async def speak(message: UserMessage) -> None:
    await message.output_channel.send_response(message.sender_id, {"text": "無料です。", "answer": ANSWER})


@asynccontextmanager
async def rated() -> AsyncIterator[tuple[Client, list[tuple[Any, ...]], dict[str, str]]]:
    counted: list[tuple[Any, ...]] = []
    async with chat(Bot(speak), count=lambda *row: counted.append(row)) as client:
        line = (await client.say("費用は"))[0]
        yield client, counted, {"answer_id": line["answer_id"], "version": line["version"], "ticket": line["ticket"]}


async def test_a_rating_is_counted_once() -> None:
    async with rated() as (client, counted, said):
        assert (await client.post(said | {"code": "wrong"}, "feedback"))[0] == 204
        assert (await client.post(said | {"code": "helpful"}, "feedback"))[0] == 409
        assert [row[:3] for row in counted] == [("application_fee", "v1", "wrong")]


@pytest.mark.parametrize(
    "change",
    [
        {"code": "because of X"},
        {"code": None},
        {"answer_id": "application_time"},
        {"version": "v2"},
        {"version": ["v1"]},
        {"ticket": "0" * 32},
        {"ticket": "\ud800"},
    ],
)
async def test_what_was_not_said_cannot_be_counted(change: dict[str, Any]) -> None:
    async with rated() as (client, counted, said):
        status, error, _ = await client.post(said | {"code": "wrong"} | change, "feedback")
        assert status == 400
        assert error["error"] in ("bad_feedback", "bad_json")
        assert error["message"]
        assert counted == []


async def test_another_conversation_and_another_site_cannot_use_the_ticket() -> None:
    async with rated() as (client, counted, said):
        assert (await client.post(said | {"code": "wrong"}, "feedback", Origin="https://evil.example"))[0] == 403
        client.http.cookie_jar.clear()
        assert (await client.post(said | {"code": "wrong"}, "feedback"))[0] == 400
        assert counted == []


async def test_without_a_database_nothing_can_be_rated() -> None:
    async with chat(Bot(speak)) as client:
        assert "ticket" not in (await client.say("費用は"))[0]


def test_when_the_database_is_away_it_can_be_tried_again() -> None:
    from bot.channels.limits import Refused

    answers = iter([StoreUnavailable("away"), None])

    def keep(*row: Any) -> None:
        if error := next(answers):
            raise error

    feedback = Feedback(b"k" * 32, keep)
    ticket = feedback.ticket({"kind": "answer", "answer_id": "a", "version": "v"}, "s")
    data = {"answer_id": "a", "version": "v", "code": "helpful", "ticket": ticket}
    with pytest.raises(Refused) as refused:
        feedback.take(data, "s", DAY)
    assert refused.value.status == 503
    feedback.take(data, "s", DAY)
    with pytest.raises(Refused):
        feedback.take(data, "s", DAY)


@pytest.fixture
def store(tmp_path: Path) -> Any:
    found = connect(f"sqlite:///{tmp_path / 'tomoni.db'}")
    migrate.upgrade(found)
    yield found
    found.close()


def test_the_same_answer_reason_and_day_are_one_row_with_a_count(store: Store, tmp_path: Path) -> None:
    class Door:
        pass

    Door.store = store
    keep = counting(lambda: Door)
    for code in ("wrong", "wrong", "helpful"):
        keep("application_fee", "v1", code, DAY)
    count(store, "application_fee", "v2", "wrong", DAY)
    with store.read() as connection:
        rows = connection.execute(sqlalchemy.select(answer_feedback)).all()
    assert sorted(rows) == [
        ("application_fee", "v1", "helpful", DAY, 1),
        ("application_fee", "v1", "wrong", DAY, 2),
        ("application_fee", "v2", "wrong", DAY, 1),
    ]
    columns = [row[1] for row in sqlite3.connect(tmp_path / "tomoni.db").execute("PRAGMA table_info(answer_feedback)")]
    assert columns == ["answer_id", "version", "code", "day", "count"]  # and no room for anything else


def test_the_reasons_are_those_the_page_offers() -> None:
    from bot.channels.pages import STATIC, chat_words

    script = (STATIC / "after.js").read_text(encoding="utf-8")
    for code in CODES[1:]:
        assert f'"{code}"' in script
        assert all(words[f"reason_{code}"] for words in chat_words().values())
