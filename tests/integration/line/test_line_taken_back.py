"""What was unsent or left behind stays so, in whatever order LINE tells of it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot import clock
from bot.applications import migrate
from bot.channels.line import inbox_rows, tables
from bot.channels.line.inbox import Inbox
from bot.privacy.crypto import Vault
from bot.settings import read
from bot.store import Store, connect
from tests.drills.installation import START_POSTGRES, postgres_is_there, schema
from tests.fake_line.harness import USER, Bot, channel, event, message, text


async def kept(served):
    """All that lies in the inbox but notes and ids."""
    rows = await served.post.inbox.run(lambda x: x.execute(select(tables.inbox)).all())
    return [r for r in rows if r.owner != inbox_rows.GONE and (r.payload or r.message or r.conversation)]


@pytest.mark.parametrize("together", [False, True])
async def test_a_message_that_was_unsent_before_it_came_is_neither_answered_nor_kept(line, line_settings, together):
    bot, made = Bot(), text("費用は？", age=5)
    unsent = event("unsend", unsend={"messageId": made["message"]["id"]})
    again = {**made, "deliveryContext": {"isRedelivery": True}}
    async with channel(line_settings(), bot) as served:
        for sent in [[unsent, made]] if together else [[unsent], [made], [again]]:
            assert await line.send(served.url, *sent) == 200
            await served.settled()
        assert await line.send(served.url, text("期間は？")) == 200
        await served.settled()
        assert await kept(served) == []
    assert bot.texts == ["期間は？"] and len(line.replies()) == 1


@pytest.mark.parametrize("together", [False, True])
async def test_what_was_said_before_leaving_is_dropped_when_it_comes_later_and_what_is_said_after_is_heard(
    line, line_settings, together
):
    bot = Bot()
    left, before, after = event("unfollow", age=60), text("前の話", age=61), text("後の話", age=5)
    back, stranger = event("follow", age=6), text("別の人", user="U" + "1" * 32, age=61)
    async with channel(line_settings(), bot) as served:
        for sent in (
            [[left, before], [back, after, stranger]] if together else [[left], [before], [back, after, stranger]]
        ):
            assert await line.send(served.url, *sent) == 200
            await served.settled()
        assert await kept(served) == []
    assert sorted(bot.texts) == ["別の人", "後の話"] and len(line.replies()) == 3
    assert bot.erased == [served.post._people.conversation(USER)]


@pytest.mark.parametrize("together", [False, True])
async def test_who_comes_back_at_once_is_heard_and_only_what_was_before_leaving_is_erased(
    line, line_settings, together
):
    """All of it waits in one line, so that what is erased is erased before the new question is heard."""
    bot, order = Bot(), []
    erase, bot.answer = bot.delete, _note(order)

    async def delete(conversation):
        order.append("erased")
        await erase(conversation)

    bot.delete = delete
    bot.gate = asyncio.Event()
    old, left = text("前の話", age=90), event("unfollow", age=60)
    back, new = event("follow", age=30), text("新しい質問")
    async with channel(line_settings(), bot) as served:
        assert await line.send(served.url, old) == 200
        while not bot.heard:
            await asyncio.sleep(0.01)
        for sent in [[left, back, new]] if together else [[left], [back], [new]]:
            assert await line.send(served.url, *sent) == 200
        bot.gate.set()
        await served.settled()
        assert await kept(served) == []
    assert order == ["前の話", "erased", "新しい質問"]
    said = json.dumps(line.replies(), ensure_ascii=False)
    assert "新しい質問" in said and line.bad() == []


async def test_what_is_asked_right_after_erasing_is_answered(line, line_settings):
    async def erased(said):
        answer = {"id": "task_erased_talk" if said.text == "消して" else "x", "kind": "answer"}
        await said.output_channel.send_response(said.sender_id, {"text": said.text, "answer": answer})

    bot = Bot(0.05, erased)
    async with channel(line_settings(), bot) as served:
        assert await line.send(served.url, text("消して", age=5), text("費用は？")) == 200
        await served.settled()
    assert bot.texts == ["消して", "費用は？"] and len(line.replies()) == 2


def _note(order):
    async def note(said):
        order.append(said.text)
        await said.output_channel.send_response(said.sender_id, {"text": f"「{said.text}」"})

    return note


async def test_what_waits_its_turn_at_another_worker_is_not_heard_once_it_is_unsent(line, line_settings):
    bot, settings = Bot(), line_settings()
    bot.gate = asyncio.Event()
    async with channel(settings, bot) as served, channel(settings, Bot()) as other:
        made = text("取り消す話")
        assert await line.send(served.url, text("先の話"), made) == 200
        while not bot.heard:
            await asyncio.sleep(0.01)
        unsent = event("unsend", unsend={"messageId": made["message"]["id"]})
        assert await line.send(other.url, unsent) == 200
        await other.settled()
        bot.gate.set()
        await served.settled()
    assert bot.texts == ["先の話"] and "取り消す話" not in json.dumps(line.replies(), ensure_ascii=False)


# --- the notes themselves, on both databases


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """A database of one's own, its tables made."""
    if request.param == "postgresql":
        if not postgres_is_there():
            pytest.skip(START_POSTGRES)
        with schema() as url:
            opened = connect(url)
            migrate.upgrade(opened)
            yield opened
            opened.close()
        return
    opened = connect(f"sqlite:///{tmp_path / 'inbox.db'}")
    migrate.upgrade(opened)
    yield opened


async def test_a_note_is_no_letter_and_goes_after_48_hours(store, tmp_path):
    settings, now = read({"TOMONI_VAR": str(tmp_path)}), clock.now()
    vault = Vault(settings.data_keys, settings.lookup_key.encode())
    times = [now]
    inbox = Inbox(lambda: store, vault, now=lambda: times[0])

    def letter(key, message="m", at=now):
        return inbox.letter(key, "line-a", message, {"n": key}, now, at=at)

    assert await inbox.unsend("m") == []
    assert await inbox.unsend("m") == []
    await inbox.leave("line-a", now - timedelta(minutes=1))
    await inbox.leave("line-a", now - timedelta(minutes=2))  # told of in another order: the later counts
    assert await inbox.run(inbox_rows.counts) == {}
    assert await inbox.abandoned() == []
    assert await inbox.add([letter("1"), letter("2", "n", now - timedelta(seconds=90)), letter("3", "o")]) == [
        False,
        False,
        True,
    ]
    assert await inbox.run(inbox_rows.counts) == {"open": 1}
    assert not await inbox.is_taken_back(letter("3", "o"))
    await inbox.leave("line-a", now)
    assert await inbox.is_taken_back(letter("3", "o"))
    times[0] = now + timedelta(hours=48, seconds=1)
    await inbox.tidy()
    assert not await inbox.is_taken_back(letter("3", "o")) and not await inbox.is_taken_back(letter("1"))
    await inbox.close()


async def test_of_a_place_on_the_map_neither_coordinates_nor_name_are_stored(line, line_settings):
    where = {"title": "わたしの家", "address": "大阪府大阪市1-1", "latitude": 34.6937, "longitude": 135.5023}
    async with channel(line_settings(), Bot()) as served:
        served.post._answering._lanes._own.lock = _never  # so that it stays in the inbox
        assert await line.send(served.url, message("location", **where)) == 200
        rows = await served.post.inbox.run(lambda x: x.execute(select(tables.inbox)).all())
        (found,) = [served.post.inbox._unseal(r.event, r.payload) for r in rows]
    assert found["message"]["address"] == where["address"]
    assert not {"title", "latitude", "longitude"} & found["message"].keys()


@asynccontextmanager
async def _never(_name):
    await asyncio.Event().wait()
    yield
